package dev.ferry.engine.container;

import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.image.HealthConfig;
import dev.ferry.api.model.network.NetworkingConfig;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.image.ImageService;
import dev.ferry.engine.network.NetworkService;
import dev.ferry.engine.volume.VolumeService;
import dev.ferry.runtime.cgroup.FrozenCgroup;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.store.image.ExecutionDefaults;
import dev.ferry.store.image.Image;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What clients may do with containers. Every change goes through the container's lane; waiting for a container to end does not
 * hold the lane, so that it can be killed meanwhile.
 */
public final class ContainerService {

    private static final int SIGKILL = 9;
    private static final int DEFAULT_STOP_SECONDS = 10;
    private static final long KILL_MILLIS = 10_000;
    private static final Duration FREEZE_DEADLINE = Duration.ofSeconds(10);

    private final Path directory;
    private final ContainerRegistry registry;
    private final ImageService images;
    private final Incarnations incarnations;
    private final Runtimes runtimes;
    private final ResourceRules rules;
    private final LifeCycle life;
    private final ContainerEvents events;
    private final Executor laneThreads;
    private final VolumeService volumes;
    private final VolumeFilling filling;

    /**
     * From its parts.
     *
     * @param directory where containers are kept
     * @param laneThreads platform threads for lanes
     * @param place an empty directory that views of images are made at
     */
    public ContainerService(
            Path directory,
            ContainerRegistry registry,
            ImageService images,
            Incarnations incarnations,
            Runtimes runtimes,
            ResourceRules rules,
            LifeCycle life,
            ContainerEvents events,
            Executor laneThreads,
            VolumeService volumes,
            Path place) {
        this.directory = directory;
        this.registry = registry;
        this.images = images;
        this.incarnations = incarnations;
        this.runtimes = runtimes;
        this.rules = rules;
        this.life = life;
        this.events = events;
        this.laneThreads = laneThreads;
        this.volumes = volumes;
        this.filling = new VolumeFilling(volumes, place);
    }

    /** A new container and what the caller should know. */
    public record Creation(ContainerId id, List<String> warnings) {}

    /** Makes a container. Nothing of it runs yet. */
    public Creation create(String askedName, ContainerConfig asked, HostConfig askedHost, NetworkingConfig networking) {
        if (asked.image().isEmpty()) {
            throw new InvalidRequest("container.image", "no image specified");
        }
        Image image = images.resolve(asked.image());
        ImageDefaults defaults = defaults(image.config().execution());
        NetworkService networks = incarnations.networks();
        HostConfig settled = joining(runtimes.settle(askedHost));
        List<String> warnings =
                new ArrayList<>(HostConfigRules.check(asked, settled, networking, networks.isBridged()));
        ResourceRules.Settled resources = rules.settle(settled.resources(), false);
        warnings.addAll(resources.warnings());
        HostConfig host = settled.toBuilder().resources(resources.resources()).build();
        SpecAssembly.checkProfile(host);
        ContainerId id = ContainerId.random();
        ContainerConfig config = defaults.complete(named(asked, host), id);
        String name = registry.reserve(askedName, id);
        boolean kept = false;
        List<String> made = new ArrayList<>();
        try {
            Set<String> declared =
                    Attachments.declared(config, volumesOf(image.config().execution()));
            List<Attachment> attachments = new Attachments(registry, volumes).settle(id, host, declared, made);
            ContainerRecord record = new ContainerRecord(
                    id,
                    name,
                    Instant.now(),
                    image.id().toString(),
                    config,
                    host,
                    image.diffIds().stream().map(Object::toString).toList(),
                    ImageDefaults.arguments(config),
                    new Status.Created(0, ""),
                    0,
                    0,
                    false,
                    null,
                    null,
                    0,
                    null,
                    attachments);
            Path home = Files.createDirectories(directory.resolve(id.text()));
            RootFilesystem.Overlay root = incarnations.root(record);
            EtcFiles.write(root, config, host, networks.names(id.text(), host));
            filling.fill(record, root, home);
            Container container = new Container(home, lane(id), record);
            // readers may come before the first output
            Files.write(container.log(), new byte[0]);
            container.writeFirst();
            registry.add(container);
            kept = true;
            events.tell(record, "create");
            return new Creation(id, warnings);
        } catch (SnapshotException e) {
            throw new Failed(e.code(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new Failed("container.create", "cannot create container: " + e.getMessage(), e);
        } finally {
            if (!kept) {
                registry.release(name, id);
                discard(id);
            }
            volumes.unclaim(id.text());
            if (!kept) {
                made.forEach(volumes::remove);
            }
        }
    }

    /** The container whose network is joined goes by its id from here on; what it has itself joined is joined instead. */
    private HostConfig joining(HostConfig host) {
        Optional<String> reference = NetworkService.joined(host.networkMode());
        if (reference.isEmpty() || reference.get().isEmpty()) {
            return host;
        }
        Container other = joined(reference.get());
        String mode = other.record().host().networkMode();
        boolean shared = mode.equals("host") || NetworkService.joined(mode).isPresent();
        return host.toBuilder()
                .networkMode(shared ? mode : NetworkService.joining(other.id().text()))
                .build();
    }

    /** Not "not found": a client would go and look for an image. */
    private Container joined(String reference) {
        try {
            return registry.find(reference);
        } catch (NotFound e) {
            throw new InvalidRequest(
                    "network.no-container", "joining network namespace of container: " + e.getMessage(), e);
        }
    }

    /** Whoever joins a network has the name that is known there. */
    private ContainerConfig named(ContainerConfig asked, HostConfig host) {
        Optional<String> other = NetworkService.joined(host.networkMode());
        if (other.isEmpty() || other.get().isEmpty()) {
            return asked;
        }
        ContainerConfig its = registry.find(other.get()).record().config();
        return asked.toBuilder()
                .hostname(its.hostname())
                .domainname(its.domainname())
                .build();
    }

    /**
     * Keeps id and name for a container that comes from elsewhere. Nothing of it is on disk, and nobody sees it yet.
     *
     * @throws Conflict if the name is in use
     */
    public Container expect(ContainerRecord arriving) {
        Runtimes.requireBuiltIn(arriving.host(), "migration");
        HostConfigRules.check(
                arriving.config(),
                arriving.host(),
                new NetworkingConfig(Map.of()),
                incarnations.networks().isBridged());
        registry.reserve(arriving.name(), arriving.id());
        return new Container(directory.resolve(arriving.id().text()), lane(arriving.id()), arriving);
    }

    /** Writes an expected container down and shows it. */
    public void admit(Container container) {
        try {
            Files.createDirectories(container.directory());
            Files.write(container.log(), new byte[0]);
            container.write(container.record());
            registry.add(container);
        } catch (IOException e) {
            throw new Failed("container.create", "cannot create container: " + e.getMessage(), e);
        }
    }

    /** Gives id and name of an expected container free again. */
    public void turnAway(Container container) {
        registry.remove(container);
        discard(container.id());
    }

    /** Starts it. */
    public void start(String reference) throws InterruptedException {
        Container container = registry.find(reference);
        container.lane().run(() -> {
            container.record().require(Verb.START);
            life.start(container, 0);
        });
    }

    /**
     * Asks it to end, and ends it when it does not.
     *
     * @param signal empty for the container's own
     * @param seconds null for the container's own, negative to wait for ever
     */
    public void stop(String reference, String signal, @Nullable Integer seconds) throws InterruptedException {
        Container container = registry.find(reference);
        stop(container, signal, seconds, true);
        events.tell(container.record(), "stop");
    }

    /** Ends it if it runs, and starts it. */
    public void restart(String reference, String signal, @Nullable Integer seconds) throws InterruptedException {
        Container container = registry.find(reference);
        if (container.status().isAlive() || container.status() instanceof Status.Restarting) {
            stop(container, signal, seconds, false);
        }
        container.lane().run(() -> {
            container.record().require(Verb.START);
            life.start(container, 0);
        });
        events.tell(container.record(), "restart");
    }

    /** Sends a signal; returns after the end if it was SIGKILL. */
    public void kill(String reference, String signal) throws InterruptedException {
        Container container = registry.find(reference);
        int number = SignalName.number(signal.isEmpty() ? "KILL" : signal);
        ContainerRecord before = container.record();
        before.require(Verb.KILL);
        WaitTicket ticket = new WaitTicket(container, WaitTicket.Until.NEXT_EXIT);
        ContainerProcess process = container.process();
        if (process == null) {
            throw new Conflict(
                    "container.not-running",
                    "cannot kill container: " + before.name() + ": container " + before.id() + " is not running");
        }
        if (number == SIGKILL || number == stopSignal(before, "")) {
            markStopped(container);
        }
        send(container, process, number);
        events.tell(before, "kill", Map.of("signal", Integer.toString(number)));
        if (number == SIGKILL && !ticket.await(KILL_MILLIS)) {
            throw new Failed(
                    "container.kill",
                    "cannot kill container: " + before.name() + ": it did not end within " + KILL_MILLIS / 1000 + " s");
        }
    }

    /** Stops all its processes where they are. */
    public void pause(String reference) throws InterruptedException {
        Container container = registry.find(reference);
        container.lane().run(() -> {
            ContainerRecord record = container.record();
            record.require(Verb.PAUSE);
            life.hush(container);
            try (FrozenCgroup frozen = incarnations.cgroup(record).freeze(FREEZE_DEADLINE)) {
                container.write(record.withStatus(new Status.Paused(
                        LifeCycle.startedAt(record.status()), record.status().pidOrZero())));
                frozen.keepFrozen();
            } catch (IOException e) {
                throw new Failed("container.pause", "cannot pause container " + record.id() + ": " + e.getMessage(), e);
            }
            events.tell(record, "pause");
        });
    }

    /** Lets them go on. */
    public void unpause(String reference) throws InterruptedException {
        Container container = registry.find(reference);
        container.lane().run(() -> {
            ContainerRecord record = container.record();
            record.require(Verb.UNPAUSE);
            try {
                incarnations.cgroup(record).thaw();
            } catch (IOException e) {
                throw new Failed(
                        "container.unpause", "cannot unpause container " + record.id() + ": " + e.getMessage(), e);
            }
            container.write(record.withStatus(new Status.Running(
                    LifeCycle.startedAt(record.status()), record.status().pidOrZero())));
            events.tell(record, "unpause");
        });
    }

    /** Gives it another name. */
    public void rename(String reference, String newName) throws InterruptedException {
        Container container = registry.find(reference);
        if (newName.isEmpty()) {
            throw new InvalidRequest("container.name", "Neither old nor new names may be empty");
        }
        container.lane().run(() -> {
            ContainerRecord record = container.record();
            record.require(Verb.RENAME);
            String bare = newName.startsWith("/") ? newName.substring(1) : newName;
            if (bare.equals(record.name())) {
                throw new InvalidRequest(
                        "container.name", "Renaming a container with the same name as its current name");
            }
            String name = registry.reserve(newName, record.id());
            try {
                container.write(record.withName(name));
            } catch (Failed e) {
                registry.release(name, record.id());
                throw e;
            }
            registry.release(record.name(), record.id());
            events.tell(container.record(), "rename", Map.of("oldName", "/" + record.name()));
        });
    }

    /** Takes it away; by force even when it runs. */
    public void remove(String reference, boolean force, boolean withVolumes) throws InterruptedException {
        Container container;
        try {
            container = registry.find(reference);
        } catch (Conflict damaged) {
            removeDamaged(reference, force, damaged);
            return;
        }
        container.lane().run(() -> {
            if (container.isRemoved()) {
                return;
            }
            ContainerRecord record = container.record();
            record.require(force ? Verb.REMOVE_BY_FORCE : Verb.REMOVE);
            try {
                life.killNow(container);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Failed("container.remove", "removal of container " + record.id() + " was interrupted", e);
            }
            life.remove(container, withVolumes);
        });
    }

    /** Sets the size of its terminal. */
    public void resize(String reference, int rows, int columns) {
        Container container = registry.find(reference);
        container.record().require(Verb.RESIZE);
        try {
            container.requireProcess().resize(rows, columns);
        } catch (IOException e) {
            throw new Failed(
                    "container.resize", "cannot resize container " + container.id() + ": " + e.getMessage(), e);
        }
        events.tell(
                container.record(),
                "resize",
                Map.of("height", Integer.toString(rows), "width", Integer.toString(columns)));
    }

    private void stop(Container container, String signal, @Nullable Integer seconds, boolean byUser)
            throws InterruptedException {
        int number = stopSignal(container.record(), signal);
        WaitTicket ticket = container.lane().call(() -> {
            ContainerRecord record = container.record();
            record.require(Verb.STOP);
            if (record.status() instanceof Status.Restarting) {
                life.giveUpRestart(container);
                return null;
            }
            // a restart is not an end that the policy may answer, and afterwards the user's wish counts anew
            container.write(record.withStoppedByUser(true));
            WaitTicket drawn = new WaitTicket(container, WaitTicket.Until.NEXT_EXIT);
            send(container, container.requireProcess(), number);
            return drawn;
        });
        if (ticket == null) {
            return;
        }
        events.tell(container.record(), "kill", Map.of("signal", Integer.toString(number)));
        Integer own = container.record().config().stopTimeout();
        int wait = seconds != null ? seconds : own != null ? own : DEFAULT_STOP_SECONDS;
        if (!ticket.await(wait < 0 ? -1 : wait * 1000L)) {
            ContainerProcess process = container.process();
            if (process != null) {
                send(container, process, SIGKILL);
                events.tell(container.record(), "kill", Map.of("signal", "9"));
            }
            if (!ticket.await(KILL_MILLIS)) {
                throw new Failed("container.stop", "container " + container.id() + " did not end after SIGKILL");
            }
        }
        if (!byUser) {
            WaitTicket rest = new WaitTicket(container, WaitTicket.Until.NOT_RUNNING);
            rest.await(KILL_MILLIS);
        }
    }

    private void send(Container container, ContainerProcess process, int number) {
        try {
            process.signal(number);
            if (container.status() instanceof Status.Paused) {
                // what a frozen process is sent reaches it only after the thaw
                incarnations.cgroup(container.record()).thaw();
            }
        } catch (IOException e) {
            throw new Failed("container.kill", "cannot signal container " + container.id() + ": " + e.getMessage(), e);
        }
    }

    private static void markStopped(Container container) throws InterruptedException {
        container.lane().run(() -> {
            if (container.status().isAlive()) {
                container.write(container.record().withStoppedByUser(true));
            }
        });
    }

    private static int stopSignal(ContainerRecord record, String asked) {
        String own = record.config().stopSignal();
        return SignalName.number(!asked.isEmpty() ? asked : own.isEmpty() ? "TERM" : own);
    }

    private void removeDamaged(String reference, boolean force, Conflict why) {
        for (ContainerRegistry.Damaged damaged : registry.damaged()) {
            if (damaged.id().text().startsWith(reference)) {
                if (!force) {
                    throw why;
                }
                discard(damaged.id());
                registry.removeDamaged(damaged.id());
                return;
            }
        }
        throw why;
    }

    private void discard(ContainerId id) {
        try {
            incarnations.removeRoot(id);
            Incarnations.deleteTree(directory.resolve(id.text()));
        } catch (IOException | SnapshotException e) {
            throw new Failed("container.remove", "cannot clean up container " + id + ": " + e.getMessage(), e);
        }
    }

    /** A new lane for a container. */
    public Lane lane(ContainerId id) {
        return new Lane(id.abbreviated(), laneThreads);
    }

    private static ImageDefaults defaults(ExecutionDefaults e) {
        return new ImageDefaults(
                e.user() == null ? "" : e.user(),
                orEmpty(e.environment()),
                orEmpty(e.command()),
                orEmpty(e.entrypoint()),
                e.workingDirectory() == null ? "" : e.workingDirectory(),
                e.labels() == null ? Map.of() : e.labels(),
                e.stopSignal() == null ? "" : e.stopSignal(),
                health(e.healthcheck()));
    }

    private static @Nullable HealthConfig health(@Nullable Map<String, Object> check) {
        return check == null || check.isEmpty() ? null : ApiJson.mapper().convertValue(check, HealthConfig.class);
    }

    private static Set<String> volumesOf(ExecutionDefaults execution) {
        return execution.volumes() == null ? Set.of() : execution.volumes().keySet();
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : new ArrayList<>(list);
    }
}
