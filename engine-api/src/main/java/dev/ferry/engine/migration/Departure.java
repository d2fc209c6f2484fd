package dev.ferry.engine.migration;

import dev.ferry.api.model.ApiJson;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.checkpoint.CheckpointRequest;
import dev.ferry.criu.checkpoint.Phase;
import dev.ferry.criu.checkpoint.PhaseListener;
import dev.ferry.criu.checkpoint.RestoreOptions;
import dev.ferry.criu.checkpoint.Verifying;
import dev.ferry.engine.checkpoint.Restoration;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.Moving;
import dev.ferry.engine.container.Status;
import dev.ferry.engine.error.EngineException;
import dev.ferry.migration.session.Departing;
import dev.ferry.migration.transfer.Refusal;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.store.content.Digest;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A container of this engine that leaves. */
final class Departure implements Departing {
    /** From the freeze to the last byte of output in the log: what is in two pipes of 64 KiB. */
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final Grounds grounds;
    private final Container container;
    private final Moving mark;
    private final boolean keepSource;

    Departure(Grounds grounds, Container container, Moving mark, boolean keepSource) {
        this.grounds = grounds;
        this.container = container;
        this.mark = mark;
        this.keepSource = keepSource;
    }

    Container container() {
        return container;
    }

    /** Where the dump lies until the target runs the container. */
    Path dumpDirectory() {
        return grounds.directory(mark.migration()).resolve(Grounds.DUMP);
    }

    @Override
    public FileChannel blob(String digest) throws IOException {
        return grounds.content().open(Digest.parse(digest));
    }

    @Override
    public Path log() throws Refusal {
        requireNotRemoved();
        return container.log();
    }

    private void requireNotRemoved() throws Refusal {
        if (container.isRemoved()) {
            throw new Refusal(
                    "migration.container-gone",
                    "container " + container.record().name() + " was removed meanwhile");
        }
    }

    @Override
    public void dump(Talk talk) throws IOException {
        Grounds.onLane(container, () -> dumpOnLane(talk));
    }

    private void dumpOnLane(Talk talk) throws IOException {
        requireNotRemoved();
        ContainerRecord record = container.record();
        String name = record.name();
        if (!(record.status() instanceof Status.Running)) {
            throw new Refusal(
                    "migration.container-ended",
                    "container " + name + " is " + record.status().word()
                            + " by now: only a running container can be migrated");
        }
        ContainerProcess process = container.requireProcess();
        Listener listener = new Listener(dumpDirectory(), process, talk);
        grounds.life().hush(container);
        try {
            grounds.steps().before("mark the container as gone");
            // whoever reads this without a journal must not let it run
            container.write(record.withMoving(mark.at(Moving.Stage.GONE)));
            Files.createDirectories(dumpDirectory().getParent());
            grounds.criu().checkpointer().checkpoint(request(record, process, listener));
        } catch (CriuException e) {
            throw new Refusal(e.code(), "container " + name + " cannot be dumped: " + e.getMessage());
        } catch (EngineException e) {
            throw new Refusal(e.code(), e.getMessage());
        } finally {
            if (listener.handedOver) {
                end(process);
            }
        }
    }

    private CheckpointRequest request(ContainerRecord record, ContainerProcess process, Listener listener)
            throws IOException {
        return new CheckpointRequest(
                record.id().text(),
                process,
                grounds.incarnations().spec(container),
                grounds.incarnations().cgroup(record),
                dumpDirectory(),
                ApiJson.mapper().writeValueAsString(record),
                CheckpointOptions.DEFAULT.withHandsOver(true),
                grounds.layers().save(record),
                listener);
    }

    /** Its end belongs to the hand-over: no death that a policy answers. */
    private void end(ContainerProcess process) throws IOException {
        try {
            grounds.steps().before("note the end at the source");
            grounds.life().checkpointed(container, process.awaitExit());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the container ended", e);
        }
    }

    @Override
    public void stay() {
        Grounds.settle(container, () -> {
            grounds.steps().before("let the container stay");
            if (!container.isRemoved()) {
                container.settle(container.record().withMoving(null));
            }
            grounds.forget(mark.migration());
        });
    }

    @Override
    public void leave() {
        Grounds.settle(container, () -> {
            grounds.steps().before("let go of the container");
            if (!container.isRemoved()) {
                ContainerRecord record = container.record();
                grounds.events().tell(record, "migrate", Map.of("to", mark.peer()));
                if (keepSource) {
                    container.settle(record.withMoving(mark.at(Moving.Stage.LEFT)));
                } else {
                    grounds.life().remove(container);
                }
            }
            grounds.forget(mark.migration());
        });
    }

    /**
     * The target has refused for good: the container goes on here, from its own dump, under the next epoch. When it throws, that may be tried
     * again.
     */
    void reclaim(long epoch) throws IOException {
        Grounds.onLane(container, () -> reclaimOnLane(epoch));
    }

    private void reclaimOnLane(long epoch) throws IOException {
        ContainerRecord next = container.record().withNextIncarnation("migration-" + mark.shortId());
        try (Verifying verifying = Verifying.start(CheckpointDirectory.of(dumpDirectory()))) {
            grounds.restoration().run(container, next, verifying, RestoreOptions.DEFAULT, Restoration.Gate.OPEN);
        } catch (CriuException e) {
            throw new Refusal(e.code(), "container " + next.name() + " cannot be restored: " + e.getMessage());
        } catch (SnapshotException e) {
            throw new Refusal(e.code(), String.valueOf(e.getMessage()));
        }
        reclaimed(epoch);
    }

    /** The dump cannot be restored: it is kept among the container's checkpoints, and the container is as any that has ended. */
    void giveUp(long epoch) {
        Grounds.settle(container, () -> {
            keepDump();
            container.settle(container.record().withEpoch(epoch));
            grounds.forget(mark.migration());
        });
    }

    private void keepDump() throws IOException {
        Path kept = container.checkpoints().resolve("migration-" + mark.shortId());
        Files.createDirectories(container.checkpoints());
        if (Files.isDirectory(dumpDirectory()) && !Files.exists(kept)) {
            Files.move(dumpDirectory(), kept);
        }
    }

    /** It runs here under that epoch. */
    void reclaimed(long epoch) {
        Grounds.settle(container, () -> {
            container.settle(container.record().withEpoch(epoch));
            grounds.forget(mark.migration());
        });
    }

    /** Hands the phases of the dump on to the session. */
    private final class Listener implements PhaseListener {
        private final Path directory;
        private final ContainerProcess process;
        private final Talk talk;
        private volatile boolean handedOver;

        Listener(Path directory, ContainerProcess process, Talk talk) {
            this.directory = directory;
            this.process = process;
            this.talk = talk;
        }

        @Override
        public void entering(Phase phase) throws IOException {
            if (phase instanceof Phase.Dumping) {
                talk.begin(CheckpointDirectory.of(directory));
            } else if (phase instanceof Phase.Dumped) {
                grounds.steps().before("await the last output");
                process.awaitDrained(DRAIN);
                talk.commit(CheckpointDirectory.of(directory), Files.size(container.log()));
                handedOver = true;
            }
        }

        @Override
        public void passing(String point) throws IOException {
            grounds.steps().before(point);
        }
    }
}
