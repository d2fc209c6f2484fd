package dev.ferry.engine.app;

import dev.ferry.engine.checkpoint.CheckpointRecovery;
import dev.ferry.engine.checkpoint.CheckpointService;
import dev.ferry.engine.checkpoint.Restoration;
import dev.ferry.engine.checkpoint.WritableLayers;
import dev.ferry.engine.container.Adoption;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.ContainerService;
import dev.ferry.engine.container.ContainerUpdates;
import dev.ferry.engine.container.Gauge;
import dev.ferry.engine.container.HostOffer;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.LaneTimer;
import dev.ferry.engine.container.LifeCycle;
import dev.ferry.engine.container.LogKeeper;
import dev.ferry.engine.container.MemoryWatch;
import dev.ferry.engine.container.ProcessTable;
import dev.ferry.engine.container.ResourceRules;
import dev.ferry.engine.container.Runtimes;
import dev.ferry.engine.container.SpecAssembly;
import dev.ferry.engine.event.EventBus;
import dev.ferry.engine.exec.ExecService;
import dev.ferry.engine.files.CommitService;
import dev.ferry.engine.files.FileService;
import dev.ferry.engine.health.HealthService;
import dev.ferry.engine.http.ApiServer;
import dev.ferry.engine.http.ListenAddress;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.http.checkpoint.CheckpointRoutes;
import dev.ferry.engine.http.checkpoint.FerryRoutes;
import dev.ferry.engine.http.container.ContainerRoutes;
import dev.ferry.engine.http.container.DiskRoutes;
import dev.ferry.engine.http.container.StatsRoutes;
import dev.ferry.engine.http.container.StreamRoutes;
import dev.ferry.engine.http.container.UpdateRoutes;
import dev.ferry.engine.http.exec.ExecRoutes;
import dev.ferry.engine.http.files.FileRoutes;
import dev.ferry.engine.http.image.ImageRoutes;
import dev.ferry.engine.http.migration.MigrationRoutes;
import dev.ferry.engine.http.migration.PeerRoutes;
import dev.ferry.engine.http.network.NetworkRoutes;
import dev.ferry.engine.http.system.AbsentRoutes;
import dev.ferry.engine.http.system.EventRoutes;
import dev.ferry.engine.http.system.SystemRoutes;
import dev.ferry.engine.http.volume.VolumeRoutes;
import dev.ferry.engine.image.ImageService;
import dev.ferry.engine.ledger.OpeningLedger;
import dev.ferry.engine.migration.Grounds;
import dev.ferry.engine.migration.MigrationService;
import dev.ferry.engine.migration.PeerService;
import dev.ferry.engine.network.NetworkService;
import dev.ferry.engine.network.NetworkViews;
import dev.ferry.engine.system.EngineState;
import dev.ferry.engine.system.HostFacts;
import dev.ferry.engine.system.SystemService;
import dev.ferry.engine.volume.VolumeService;
import dev.ferry.network.NetworkException;
import dev.ferry.network.bridge.DefaultBridge;
import dev.ferry.profiles.profile.KernelVersion;
import dev.ferry.runtime.capability.CapabilitySet;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.seccomp.SeccompCompiler;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.StepListener;
import dev.ferry.store.image.ImageStore;
import dev.ferry.store.image.ImageUse;
import dev.ferry.store.snapshot.OverlaySnapshotter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One engine on one root directory, from start to stop.
 *
 * <p>{@link #start} takes the root's lock, takes over every container it finds, and finishes or undoes what an earlier engine was
 * in the middle of. It listens meanwhile, and answers when that is done: nobody sees a container half taken over. {@link #close} stops listening and lets go; containers run on.
 */
public final class Engine implements AutoCloseable {

    /** What this engine calls itself in versions and headers. */
    public static final String VERSION = "0.1.0";

    /** The cgroup of the monitors, beside those of the containers. */
    private static final String MONITORS = "monitors";

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private final EngineOptions options;
    private final RootLock lock;
    private final ApiServer server;
    private final ContainerLauncher launcher;
    private final LaneTimer timer;
    private final MemoryWatch memory;
    private final ExecutorService laneThreads;
    private final ContainerService containers;
    private final MigrationService migrations;
    private final PeerService peers;
    private final OpeningLedger ledger;
    private final NetworkService networks;
    private final Thread warmUp;

    private Engine(
            EngineOptions options,
            RootLock lock,
            ApiServer server,
            ContainerLauncher launcher,
            LaneTimer timer,
            MemoryWatch memory,
            ExecutorService laneThreads,
            ContainerService containers,
            MigrationService migrations,
            PeerService peers,
            OpeningLedger ledger,
            NetworkService networks,
            Thread warmUp) {
        this.options = options;
        this.lock = lock;
        this.server = server;
        this.launcher = launcher;
        this.timer = timer;
        this.memory = memory;
        this.laneThreads = laneThreads;
        this.containers = containers;
        this.migrations = migrations;
        this.peers = peers;
        this.ledger = ledger;
        this.networks = networks;
        this.warmUp = warmUp;
    }

    /**
     * Starts an engine; when it returns, clients are answered.
     *
     * @throws IOException if the root belongs to another engine, or an address cannot be listened on
     * @throws IllegalArgumentException if the options contradict themselves
     */
    public static Engine start(EngineOptions options) throws IOException, InterruptedException {
        return start(options, step -> LOG.debug("next: {}", step));
    }

    /**
     * The same with somebody who is told of every step of a checkpoint or restore before it is taken: whoever wants to know what an
     * engine was doing when it died, or wants it to die there.
     */
    static Engine start(EngineOptions options, StepListener steps) throws IOException, InterruptedException {
        List<ListenAddress> addresses = options.hosts().stream()
                .map(host -> ListenAddress.parse(host, options.plainTcpAllowed()))
                .toList();
        RootLock lock = RootLock.take(options.root());
        try {
            return compose(options, addresses, lock, steps);
        } catch (IOException | InterruptedException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Engine compose(
            EngineOptions options, List<ListenAddress> addresses, RootLock lock, StepListener steps)
            throws IOException, InterruptedException {
        Path root = options.root();
        Path run = Files.createDirectories(options.run());
        Path home = Files.createDirectories(root.resolve("containers"));

        HostFacts host = HostFacts.ofHost();
        // CRIU would copy the host's whole tree of a hierarchy that a container has not joined
        CgroupHierarchies hierarchies = CgroupHierarchies.ofHost().withMissingMounted(run.resolve("cgroup"));
        SeccompCompiler seccomp =
                SeccompCompiler.ofHost(Optional.of(options.tools()), Optional.of(root.resolve("seccomp")));
        ContentStore content = ContentStore.open(root.resolve("content"));
        ImageStore imageStore = ImageStore.open(root.resolve("images"), content);
        OverlaySnapshotter snapshots = OverlaySnapshotter.open(root.resolve("snapshots"), content);
        Cgroup monitors = hierarchies.ensure(new CgroupPath(options.cgroupParent()).child(MONITORS));
        ContainerLauncher launcher =
                new ContainerLauncher(Path.of(System.getProperty("java.io.tmpdir", "/tmp")), monitors);
        ExecutorService laneThreads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("lane-", 0).factory());
        LaneTimer timer = new LaneTimer();

        EventBus bus = new EventBus();
        ContainerEvents events = new ContainerEvents(bus);
        ContainerRegistry registry = new ContainerRegistry();
        ImageService images = new ImageService(imageStore, bus, image -> uses(registry, image));
        VolumeService volumes = VolumeService.open(root.resolve("volumes"), bus, volume -> users(registry, volume));
        Path view = Files.createDirectories(run.resolve("view"));
        Optional<DefaultBridge> bridge = bridge(options);
        NetworkService networks = new NetworkService(root, run, bridge);
        SpecAssembly assembly = new SpecAssembly(CapabilitySet.boundingOfSelf(), KernelVersion.of(host.kernel()));
        Runtimes runtimes = new Runtimes(
                options.runtimes().others(), options.runtimes().byDefault(), run.resolve("runtimes"), launcher);
        Incarnations incarnations = new Incarnations(
                snapshots,
                hierarchies,
                options.cgroupParent(),
                networks,
                seccomp,
                assembly,
                runtimes,
                volumes,
                run.resolve("parts"));
        ExecService execs = new ExecService(registry, launcher, incarnations, runtimes, events);
        MemoryWatch memory = new MemoryWatch(incarnations, events);
        HealthService health = new HealthService(execs, incarnations, events, timer);
        LifeCycle life = new LifeCycle(
                launcher,
                incarnations,
                runtimes,
                registry,
                events,
                timer,
                List.of(health, memory, new LogKeeper(timer)));
        ResourceRules rules = new ResourceRules(HostOffer.of(monitors));
        ContainerService containers = new ContainerService(
                home, registry, images, incarnations, runtimes, rules, life, events, laneThreads, volumes, view);
        FileService files = new FileService(registry, incarnations, events, images, view, root.resolve("spool"));
        CriuLocation criu = new CriuLocation(options.tools(), launcher, run.resolve("criu"));
        CheckpointService.CriuSource criuSource = criu::checkpointer;
        WritableLayers layers = new WritableLayers(incarnations, snapshots);
        Restoration restoration = new Restoration(incarnations, life, layers, criuSource, steps);
        CheckpointService checkpoints =
                new CheckpointService(registry, incarnations, life, layers, restoration, events, criuSource, steps);
        Grounds grounds = new Grounds(
                Files.createDirectories(root.resolve("migrations")),
                content,
                imageStore,
                incarnations,
                life,
                layers,
                restoration,
                criuSource,
                events,
                steps,
                options.peers().patience());
        // beside all else: only a container on its way to or from another engine waits for it
        OpeningLedger ledger = OpeningLedger.begin(root.resolve("journal"), options.journal(), steps);
        PeerService peers = new PeerService(
                root.resolve("peers"),
                new PeerService.Self(
                        options.peers().listen(),
                        options.peers().name(),
                        options.peers().address(),
                        VERSION,
                        options.peers().patience()));
        MigrationService migrations =
                new MigrationService(registry, containers, grounds, ledger::ledger, peers, peers::isKnown);
        SystemService system =
                new SystemService(VERSION, host, root, registry, images, hierarchies, runtimes, criuSource);

        NetworkViews networkViews = new NetworkViews(
                networks, Files.getLastModifiedTime(root).toInstant().toString());
        AtomicReference<@Nullable EngineState> state = new AtomicReference<>();
        List<RouteGroup> routes = List.of(
                new SystemRoutes(system),
                new AbsentRoutes(),
                new NetworkRoutes(networkViews, registry),
                new EventRoutes(bus),
                new ContainerRoutes(
                        registry,
                        containers,
                        execs,
                        checkpoints,
                        new ProcessTable(incarnations),
                        migrations,
                        networkViews,
                        host.goArchitecture(),
                        files),
                new StreamRoutes(registry, events),
                new StatsRoutes(registry, new Gauge(incarnations, Path.of("/proc"), host.memory())),
                new UpdateRoutes(new ContainerUpdates(registry, incarnations, rules, events)),
                new FileRoutes(files, new CommitService(registry, incarnations, images, events)),
                new VolumeRoutes(volumes),
                new DiskRoutes(registry, files, images, volumes, migrations, networkViews),
                new ExecRoutes(execs),
                new ImageRoutes(images),
                new CheckpointRoutes(checkpoints),
                new MigrationRoutes(migrations),
                new PeerRoutes(peers),
                new FerryRoutes(registry, checkpoints, incarnations, networks, migrations, system, () -> known(state)));
        // a third of a start is Java loading the server: beside the adoption, whose end every request waits for
        CountDownLatch adopted = new CountDownLatch(1);
        FutureTask<ApiServer> listening =
                new FutureTask<>(() -> ApiServer.start("Docker/" + VERSION + " (linux)", addresses, routes, adopted));
        Thread.ofPlatform().daemon().name("listen").start(listening);
        ApiServer server;
        boolean done = false;
        try {
            Adoption adoption = new Adoption(home, registry, containers, launcher, life, networks);
            Adoption.Report report = adoption.run();
            execs.adopt();
            CheckpointRecovery recovery = new CheckpointRecovery(launcher, life, incarnations, adoption);
            recovery.resolve(report.interrupted());
            migrations.recover(report.moving(), recovery, adoption);
            collect(networks, registry);
            peers.start(migrations.inbox());
            state.set(state(options, report));
            server = started(listening);
            done = true;
        } finally {
            if (!done) {
                try (ledger) {
                    started(listening).close();
                }
            }
        }
        adopted.countDown();
        // not before: the two processors that it would take are better used so far, and no container has been asked for
        Thread warmUp = Thread.ofPlatform().daemon().name("warm-up").start(() -> warmUp(launcher, incarnations));
        return new Engine(
                options,
                lock,
                server,
                launcher,
                timer,
                memory,
                laneThreads,
                containers,
                migrations,
                peers,
                ledger,
                networks,
                warmUp);
    }

    /** Reads what is noted of the default network; nothing of the host changes before a container wants it. */
    private static Optional<DefaultBridge> bridge(EngineOptions options) throws IOException {
        Path directory = options.root().resolve("network");
        if (!options.network().bridged()) {
            DefaultBridge.dismantle(directory);
            return Optional.empty();
        }
        try {
            return Optional.of(DefaultBridge.open(directory, options.network().address()));
        } catch (NetworkException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void collect(NetworkService networks, ContainerRegistry registry) throws IOException {
        Set<String> existing = new HashSet<>();
        Set<String> running = new HashSet<>();
        for (Container container : registry.all()) {
            existing.add(container.id().text());
            if (container.status().isAlive()) {
                running.add(container.id().text());
            }
        }
        registry.damaged().forEach(damaged -> existing.add(damaged.id().text()));
        networks.collect(existing, running);
    }

    private static EngineState known(AtomicReference<@Nullable EngineState> state) {
        EngineState known = state.get();
        if (known == null) {
            throw new IllegalStateException("requests wait until the containers have been taken over");
        }
        return known;
    }

    private static ApiServer started(FutureTask<ApiServer> listening) throws IOException, InterruptedException {
        try {
            return listening.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException("the server could not be started: " + e.getCause(), e);
        }
    }

    private static void warmUp(ContainerLauncher launcher, Incarnations incarnations) {
        try {
            launcher.warmUp();
        } catch (SpawnException | IOException | RuntimeException e) {
            LOG.warn("programs cannot be started on this machine: {}", e.getMessage());
        }
        incarnations.warmUp();
    }

    private static List<ImageUse> uses(ContainerRegistry registry, Digest image) {
        return registry.all().stream()
                .filter(c -> c.record().image().equals(image.toString()))
                .map(c -> new ImageUse(c.id().text(), c.status().isAlive()))
                .toList();
    }

    private static List<String> users(ContainerRegistry registry, String volume) {
        return registry.all().stream()
                .filter(c -> c.record().attachments().stream()
                        .anyMatch(each -> each.volume().equals(volume)))
                .map(c -> c.id().text())
                .toList();
    }

    private static EngineState state(EngineOptions options, Adoption.Report report) {
        return new EngineState(
                VERSION,
                ProcessHandle.current().pid(),
                options.root().toString(),
                options.run().toString(),
                report.running(),
                report.ended(),
                report.damaged(),
                report.interrupted().size(),
                report.millis());
    }

    /** What it was started with. */
    public EngineOptions options() {
        return options;
    }

    /** Where it listens, with real port numbers, as {@code DOCKER_HOST} takes them. */
    public List<String> addresses() {
        return server.addresses().stream().map(ListenAddress::toString).toList();
    }

    /** What it serves: method and path of each. */
    List<String> routes() {
        return server.routes();
    }

    /** The same service that HTTP stands in front of, for measurements without the wire. */
    public ContainerService containers() {
        return containers;
    }

    /** Stops listening and lets go of the root. Containers run on. */
    @Override
    public void close() throws IOException {
        timer.stop();
        server.close();
        memory.close();
        migrations.close();
        peers.close();
        laneThreads.shutdown();
        awaitWarmUp();
        launcher.close();
        networks.close();
        // before the lock: the next engine opens it at once
        try (lock) {
            ledger.close();
        }
    }

    /**
     * It uses the launcher; and a JVM that archives its classes when it ends must not link any meanwhile: OpenJDK 25.0.3 crashed in
     * LambdaProxyClassDictionary::find_lambda_proxy_class.
     */
    private void awaitWarmUp() {
        try {
            if (!warmUp.join(WARM_UP)) {
                LOG.warn("the warm-up has not ended within {} s", WARM_UP.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
