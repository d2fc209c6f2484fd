package dev.ferry.engine.container;

import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.ExitRecord;
import dev.ferry.runtime.container.ForeignRuntime;
import dev.ferry.runtime.container.LaunchRequest;
import dev.ferry.runtime.container.StartFailed;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How containers begin and end. Everything here happens on the container's lane. */
public final class LifeCycle {

    private static final Logger LOG = LoggerFactory.getLogger(LifeCycle.class);
    private static final Duration RAN_LONG = Duration.ofSeconds(10);

    /** The exit code of a container that could not be started for another reason than its program. */
    private static final int NO_START = 128;

    private final ContainerLauncher launcher;
    private final Incarnations incarnations;
    private final Runtimes runtimes;
    private final ContainerRegistry registry;
    private final ContainerEvents events;
    private final LaneTimer timer;
    private final List<Attendant> attendants;

    /**
     * From its parts.
     *
     * @param timer only posts to lanes
     * @param attendants are told in this order
     */
    public LifeCycle(
            ContainerLauncher launcher,
            Incarnations incarnations,
            Runtimes runtimes,
            ContainerRegistry registry,
            ContainerEvents events,
            LaneTimer timer,
            List<Attendant> attendants) {
        this.launcher = launcher;
        this.incarnations = incarnations;
        this.runtimes = runtimes;
        this.registry = registry;
        this.events = events;
        this.timer = timer;
        this.attendants = List.copyOf(attendants);
    }

    /**
     * Starts the next incarnation. Preconditions: on the lane; the state allows it.
     *
     * @param restarts what the restart policy has counted
     */
    void start(Container container, int restarts) {
        ContainerRecord next = container
                .record()
                .withNextIncarnation(null)
                .withPassage(null)
                .withRestarts(restarts)
                .withStoppedByUser(false);
        // not written: the incarnation's directory, made first, tells a new engine what was under way, and a flush
        // takes as long as
        // half of the rest
        container.assume(next);
        try {
            Optional<ForeignRuntime> other = runtimes.of(next);
            Incarnations.Ground ground = incarnations.prepare(container, next);
            ContainerProcess process = launch(container, next, ground, other);
            container.hold(process);
            begin(container, process, next, "start");
        } catch (EngineException e) {
            failed(container, next, e);
            throw e;
        }
    }

    /** Notes that an incarnation runs, and waits for its end. Preconditions: on the lane; the process is held. */
    public void begin(Container container, ContainerProcess process, ContainerRecord record, String action) {
        container.note(record.withStatus(new Status.Running(Instant.now(), process.initPid())));
        events.tell(container.record(), action);
        attend(container, true);
        watch(container, process);
    }

    /** Takes away what a start that came to nothing has left. Preconditions: on the lane. */
    void forget(ContainerRecord record) {
        incarnations.release(record);
    }

    /**
     * Notes that a restored incarnation runs, and waits for its end. It runs already, so a disk that does not take the note stops nothing.
     * Preconditions: on the lane; the process is held.
     */
    public void restored(Container container, ContainerProcess process) {
        container.settle(container
                .record()
                .withPassage(null)
                .withStoppedByUser(false)
                .withStatus(new Status.Running(Instant.now(), process.initPid())));
        events.tell(container.record(), "start");
        attend(container, true);
        watch(container, process);
    }

    /**
     * Goes on with a container that an earlier engine started. Limits that it wrote down and may have died before setting are set.
     * Preconditions: on the lane; the process is held.
     */
    void adopted(Container container, ContainerProcess process) {
        ContainerRecord record = container.record();
        try {
            LinuxResources limits = Limits.of(record.host().resources());
            if (!limits.equals(LinuxResources.NONE)) {
                incarnations.cgroup(record).limit(limits);
            }
        } catch (EngineException | IOException e) {
            LOG.warn("limits of container {} may not be in force: {}", record.id(), e.getMessage());
        }
        attend(container, false);
        watch(container, process);
    }

    private void attend(Container container, boolean fresh) {
        for (Attendant attendant : attendants) {
            attendant.begun(container, fresh);
        }
    }

    private void dismiss(Container container) {
        for (Attendant attendant : attendants) {
            attendant.ended(container);
        }
    }

    /** An earlier engine made it; whether it runs is not known yet. Preconditions: on the lane. */
    void found(Container container) {
        for (Attendant attendant : attendants) {
            attendant.found(container);
        }
    }

    /** It is about to be frozen or saved: afterwards nothing of the engine's own runs inside. Preconditions: on the lane. */
    public void hush(Container container) {
        for (Attendant attendant : attendants) {
            attendant.hush(container);
        }
    }

    /** Waits for the end of a process without holding a thread. */
    void watch(Container container, ContainerProcess process) {
        incarnations.settled(container.record());
        process.onExit(exit -> container.lane().post(() -> {
            // a process that was replaced has been dealt with: its end was part of a checkpoint, a removal or a stop
            if (container.process() == process) {
                ended(container, exit);
            }
        }));
    }

    /** Deals with the end of the present incarnation. Preconditions: on the lane. */
    public void ended(Container container, ExitRecord exit) {
        ContainerRecord record = container.record();
        boolean oomKilled = container.outOfMemory() || oomKilled(record);
        String error = exit.failure() != null
                ? "the monitor could not go on (errno " + exit.failure().errno() + ")"
                : exit.logDamaged() ? "output was lost because the log could not be written" : "";
        ended(container, exit.exitCode(), exit.at(), oomKilled, error);
    }

    void ended(Container container, int code, Instant at, boolean oomKilled, String error) {
        ContainerRecord record = container.record();
        Instant started = startedAt(record.status());
        dismiss(container);
        container.hold(null);
        incarnations.release(record);
        boolean again = restartsAgain(record, code);
        Status next = again
                ? new Status.Restarting(code, started, at, error)
                : new Status.Exited(code, started, at, oomKilled, error);
        // the monitor has left the exit record: a new engine that reads an older state comes to this one by itself
        container.note(record.withStatus(next).withPassage(null));
        container.noteExit(code);
        if (oomKilled && !container.outOfMemory()) {
            events.tell(container.record(), "oom");
        }
        events.tell(
                container.record(),
                "die",
                Map.of(
                        "exitCode", Integer.toString(code),
                        "execDuration",
                                Long.toString(Math.max(
                                        0, Duration.between(started, at).toSeconds()))));
        if (again) {
            boolean ranLong = Duration.between(started, at).compareTo(RAN_LONG) > 0;
            schedule(container, container.nextBackoff(ranLong), record.restarts());
        } else if (record.host().autoRemove()) {
            remove(container);
        }
    }

    /** The end that belongs to a checkpoint: no death, nothing to restart or remove. Preconditions: on the lane. */
    public void checkpointed(Container container, ExitRecord exit) {
        ContainerRecord record = container.record();
        Instant started = startedAt(record.status());
        dismiss(container);
        container.hold(null);
        incarnations.release(record);
        container.settle(record.withPassage(null)
                .withStoppedByUser(true)
                .withStatus(new Status.Exited(exit.exitCode(), started, exit.at(), false, "")));
        container.noteExit(exit.exitCode());
    }

    /** Takes a container away for good. Preconditions: on the lane; nothing of it runs. */
    public void remove(Container container) {
        // an engine that died in the middle has forgotten what else was asked for, but --rm says it for ever
        remove(container, container.record().host().autoRemove());
    }

    /** The same, with or without the volumes that were made for it alone. */
    void remove(Container container, boolean withVolumes) {
        ContainerRecord record = container.record().withStatus(new Status.Removing());
        container.settle(record);
        container.hold(null);
        incarnations.release(record);
        try {
            incarnations.removeRoot(container.id());
            Incarnations.deleteTree(container.directory());
        } catch (IOException | SnapshotException e) {
            throw new Failed(
                    "container.remove",
                    "unable to remove container \"" + record.name() + "\": " + e.getMessage()
                            + "; it stays marked for removal, try again",
                    e);
        }
        registry.remove(container);
        if (withVolumes) {
            incarnations.removeVolumes(record);
        }
        events.tell(record, "destroy");
        container.noteRemoved();
    }

    /** Ends everything of it at once and notes it. Preconditions: on the lane. */
    void killNow(Container container) throws InterruptedException {
        ContainerProcess process = container.process();
        if (process == null) {
            return;
        }
        try {
            // a frozen task dies only after the thaw, and on version 1 a signal does not thaw it
            incarnations.cgroup(container.record()).kill();
            process.signal(9);
        } catch (IOException e) {
            throw new Failed("container.kill", "cannot kill container " + container.id() + ": " + e.getMessage(), e);
        }
        ExitRecord exit = process.awaitExit();
        dismiss(container);
        container.hold(null);
        incarnations.release(container.record());
        container.settle(container
                .record()
                .withStoppedByUser(true)
                .withPassage(null)
                .withStatus(new Status.Exited(exit.exitCode(), startedAt(container.status()), exit.at(), false, "")));
        container.noteExit(exit.exitCode());
        events.tell(container.record(), "die", Map.of("exitCode", Integer.toString(exit.exitCode())));
    }

    /** Gives up waiting for the next start. Preconditions: on the lane; the state is restarting. */
    void giveUpRestart(Container container) {
        if (container.status() instanceof Status.Restarting r) {
            container.write(container
                    .record()
                    .withStoppedByUser(true)
                    .withStatus(new Status.Exited(r.code(), r.started(), r.finished(), false, r.error())));
            container.noteExit(r.code());
        }
    }

    /** Starts it again after a while, unless somebody does something else with it first. */
    void schedule(Container container, long millis, int restarts) {
        int incarnation = container.record().incarnation();
        timer.after(Duration.ofMillis(millis), container.lane(), () -> restart(container, incarnation, restarts + 1));
    }

    private void restart(Container container, int incarnation, int restarts) {
        ContainerRecord record = container.record();
        if (!(record.status() instanceof Status.Restarting) || record.incarnation() != incarnation) {
            return;
        }
        try {
            record.require(Verb.START);
            start(container, restarts);
        } catch (EngineException e) {
            LOG.warn("container {} could not be restarted: {}", container.id(), e.getMessage());
        }
    }

    static boolean restartsAgain(ContainerRecord record, int code) {
        if (record.stoppedByUser()) {
            return false;
        }
        var policy = record.host().restartPolicy();
        return switch (policy.name()) {
            case "always", "unless-stopped" -> true;
            case "on-failure" ->
                code != 0 && (policy.maximumRetryCount() == 0 || record.restarts() < policy.maximumRetryCount());
            default -> false;
        };
    }

    /** When the incarnation that counts began. */
    public static Instant startedAt(Status status) {
        return switch (status) {
            case Status.Running r -> r.started();
            case Status.Paused p -> p.started();
            case Status.Restarting r -> r.started();
            case Status.Exited e -> e.started();
            default -> Instant.now();
        };
    }

    private ContainerProcess launch(
            Container container, ContainerRecord record, Incarnations.Ground ground, Optional<ForeignRuntime> other) {
        LaunchRequest request = new LaunchRequest(
                other.isPresent() ? Runtimes.identity(record) : record.id().text(),
                ground.directory(),
                ground.log(),
                ground.spec(),
                ground.root(),
                ground.filter(),
                ground.cgroup(),
                record.config().openStdin(),
                false);
        try {
            return other.isPresent() ? launcher.run(request, other.get()) : launcher.run(request);
        } catch (StartFailed e) {
            incarnations.release(record);
            throw e.exitCode() == NO_START ? refused(container, e) : new StartRefused(e).asRequest();
        } catch (SpawnException | IOException e) {
            incarnations.release(record);
            throw refused(container, e);
        }
    }

    private static Failed refused(Container container, Exception why) {
        return new Failed(
                "container.start",
                "cannot start container " + container.record().name() + ": " + why.getMessage(),
                why);
    }

    /** A program that cannot be executed is the caller's mistake: docker answers 400 and its client makes 126 or 127 of the text. */
    private record StartRefused(StartFailed failure) {
        EngineException asRequest() {
            return new InvalidRequest(
                    "container.start." + failure.exitCode(), String.valueOf(failure.getMessage()), failure);
        }
    }

    private void failed(Container container, ContainerRecord record, EngineException why) {
        int code = why.getCause() instanceof StartFailed start ? start.exitCode() : NO_START;
        Status was = record.status();
        Status now = was instanceof Status.Created
                ? new Status.Created(code, why.getMessage())
                : new Status.Exited(code, startedAt(was), Instant.now(), false, why.getMessage());
        container.hold(null);
        incarnations.release(record);
        container.settle(record.withStatus(now));
        container.noteExit(code);
        if (record.host().autoRemove()) {
            try {
                remove(container);
            } catch (EngineException e) {
                why.addSuppressed(e);
            }
        }
    }

    private boolean oomKilled(ContainerRecord record) {
        try {
            return incarnations.cgroup(record).statistics().memory().oomKills() > 0;
        } catch (IOException | RuntimeException e) {
            LOG.debug("no statistics of {}", record.id(), e);
            return false;
        }
    }
}
