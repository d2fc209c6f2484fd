package dev.ferry.engine.container;

import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.network.NetworkService;
import dev.ferry.engine.state.StateUnreadable;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.ExitRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a new engine does with the containers of an earlier one: those that run are taken over, those that ended meanwhile get their
 * exit code, what was interrupted is finished or undone, what cannot be read is shown and left alone.
 */
public final class Adoption {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    /** Who an incarnation's processes are; the runtime writes it before the first of them may run. */
    private static final String MONITOR = "monitor.json";

    private final Path directory;
    private final ContainerRegistry registry;
    private final ContainerService service;
    private final ContainerLauncher launcher;
    private final LifeCycle life;
    private final NetworkService networks;
    private final Queue<Container> interrupted = new ConcurrentLinkedQueue<>();
    private final Queue<Container> moving = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    /** From its parts; {@link #run} is called once, before anybody else knows the containers. */
    public Adoption(
            Path directory,
            ContainerRegistry registry,
            ContainerService service,
            ContainerLauncher launcher,
            LifeCycle life,
            NetworkService networks) {
        this.directory = directory;
        this.registry = registry;
        this.service = service;
        this.launcher = launcher;
        this.life = life;
        this.networks = networks;
    }

    /**
     * What was found.
     *
     * @param running containers that were taken over while they ran
     * @param ended containers that had ended without an engine
     * @param interrupted containers in the middle of a checkpoint or restore, for whoever knows about those
     * @param moving containers on their way to or from another engine, likewise
     */
    public record Report(
            int running, int ended, int damaged, List<Container> interrupted, List<Container> moving, long millis) {}

    /** Takes everything over, several containers at a time; when it returns, none is half taken over. */
    public Report run() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        List<Path> homes = new ArrayList<>();
        Set<String> known = new HashSet<>();
        try (var entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (ContainerId.is(name)) {
                    known.add(name);
                    homes.add(entry);
                }
            }
        } catch (NotDirectoryException e) {
            throw new IOException("\"" + directory + "\" is no directory: move it away", e);
        }
        networks.removeExcept(known);
        Queue<Container> found = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                Thread.ofPlatform().name("adoption-", 0).factory());
        try {
            forEach(threads, homes, home -> read(home).ifPresent(found::add));
            // all names are known before the first policy acts on one of them
            found.forEach(registry::add);
            forEach(threads, List.copyOf(found), container -> container.lane().run(() -> take(container)));
        } finally {
            threads.shutdown();
        }
        return new Report(
                running.get(),
                ended.get(),
                registry.damaged().size(),
                List.copyOf(interrupted),
                List.copyOf(moving),
                (System.nanoTime() - begun) / 1_000_000);
    }

    /** One part of the work. */
    @FunctionalInterface
    private interface Work<T> {
        void on(T object) throws IOException, InterruptedException;
    }

    /** Does it for all, and returns when all of it is done. */
    private static <T> void forEach(ExecutorService threads, List<T> objects, Work<T> work)
            throws IOException, InterruptedException {
        List<Future<?>> parts = new ArrayList<>();
        for (T object : objects) {
            parts.add(threads.submit(() -> {
                work.on(object);
                return null;
            }));
        }
        for (Future<?> part : parts) {
            try {
                part.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException cause) {
                    throw cause;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    private Optional<Container> read(Path home) throws IOException {
        ContainerId id = new ContainerId(String.valueOf(home.getFileName()));
        try {
            Optional<ContainerRecord> record = Container.file(home).read();
            if (record.isEmpty()) {
                // a creation that did not get as far as its record; nobody was told of it
                Incarnations.deleteTree(home);
                return Optional.empty();
            }
            return Optional.of(new Container(home, service.lane(id), record.get()));
        } catch (StateUnreadable e) {
            LOG.error("container {}: {}", id, e.getMessage());
            registry.addDamaged(id, e);
            return Optional.empty();
        }
    }

    private void take(Container container) {
        ContainerRecord record = container.record();
        life.found(container);
        try {
            if (record.status() instanceof Status.Removing) {
                life.remove(container);
                return;
            }
            Moving mark = record.moving();
            if (mark != null && mark.stage() != Moving.Stage.LEFT) {
                moving.add(container);
                return;
            }
            if (record.passage() != null) {
                interrupted.add(container);
                return;
            }
            adopt(container, record);
        } catch (EngineException | IOException e) {
            LOG.error("container {} could not be taken over: {}", record.id(), e.getMessage(), e);
        }
    }

    /** Takes over a container that is on no way anywhere. Preconditions: on the lane. */
    public void adopt(Container container, ContainerRecord noted) throws IOException {
        ContainerRecord record = withUnnotedStart(container, noted);
        Path incarnation = container.incarnation(record.incarnation());
        boolean alive = record.status().isAlive();
        if (!alive
                && (record.incarnation() == 0
                        || ExitRecord.read(incarnation).isPresent()
                        || !Files.exists(incarnation.resolve(MONITOR)))) {
            revive(container, record);
            return;
        }
        ContainerProcess process = launcher.adopt(incarnation, container.log());
        switch (process.status()) {
            case dev.ferry.runtime.container.Status.Running now -> {
                container.hold(process);
                if (record.status().pidOrZero() != process.initPid()) {
                    // the engine died between the start and the note of it
                    container.write(record.withStatus(
                            new Status.Running(LifeCycle.startedAt(record.status()), process.initPid())));
                }
                running.incrementAndGet();
                life.adopted(container, process);
            }
            case dev.ferry.runtime.container.Status.Created waiting -> {
                // its gate closed with the engine that made it: it ends by itself
                process.close();
                revive(container, record);
            }
            case dev.ferry.runtime.container.Status.Exited exited -> {
                ended.incrementAndGet();
                container.hold(process);
                if (alive) {
                    life.ended(container, exited.record());
                } else {
                    container.hold(null);
                    revive(container, record);
                }
            }
            case dev.ferry.runtime.container.Status.Lost lost -> {
                ended.incrementAndGet();
                container.hold(process);
                if (alive) {
                    life.ended(container, ExitRecord.UNKNOWN_EXIT_CODE, Instant.now(), false, lost.reason());
                } else {
                    container.hold(null);
                    revive(container, record);
                }
            }
        }
    }

    /**
     * A start is not written down before it happens: the directory of the next incarnation tells of one that the engine died over, and
     * who is in it whether there was anything that could run.
     */
    private ContainerRecord withUnnotedStart(Container container, ContainerRecord noted) throws IOException {
        ContainerRecord next = noted.withNextIncarnation(null).withPassage(null).withStoppedByUser(false);
        Path incarnation = container.incarnation(next.incarnation());
        if (!Files.isDirectory(incarnation)) {
            return noted;
        }
        Path monitor = incarnation.resolve(MONITOR);
        if (!Files.exists(monitor)) {
            if (!noted.status().isAlive()) {
                life.forget(next);
            }
            Incarnations.deleteTree(incarnation);
            return noted;
        }
        ContainerRecord started = next.withStatus(
                        new Status.Running(Files.getLastModifiedTime(monitor).toInstant(), 0))
                .withRestarts(noted.status() instanceof Status.Restarting ? noted.restarts() + 1 : 0);
        container.assume(started);
        return started;
    }

    /** A policy that was waiting to start a container goes on waiting; one that is to be removed after its end is removed. */
    private void revive(Container container, ContainerRecord record) {
        if (record.status() instanceof Status.Restarting) {
            life.schedule(container, container.nextBackoff(false), record.restarts());
        } else if (record.status() instanceof Status.Exited && record.host().autoRemove() && !record.stoppedByUser()) {
            life.remove(container);
        }
    }
}
