package dev.ferry.engine.health;

import dev.ferry.api.model.container.Health;
import dev.ferry.api.model.container.HealthcheckResult;
import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.LaneTimer;
import dev.ferry.engine.container.LifeCycle;
import dev.ferry.engine.container.Status;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.exec.Exec;
import dev.ferry.engine.exec.ExecService;
import dev.ferry.engine.state.StateFile;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.monitor.LogFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The check of one running container. Everything here happens on its lane. */
final class HealthWatch {

    private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);

    /** As much of a probe's output as is kept. */
    private static final int OUTPUT = 4096;

    private static final int NO_EXIT = -1;
    private static final Duration DEATH = Duration.ofSeconds(5);

    private final Container container;
    private final HealthCheck check;
    private final ExecService execs;
    private final Incarnations incarnations;
    private final ContainerEvents events;
    private final LaneTimer timer;

    /** Which of the posted turns still counts. */
    private int turn;

    private @Nullable Probe probe;

    /** A run under way. */
    private static final class Probe {
        private final Exec exec;
        private final ContainerProcess process;
        private final Instant begun;
        private boolean overdue;

        Probe(Exec exec, ContainerProcess process, Instant begun) {
            this.exec = exec;
            this.process = process;
            this.begun = begun;
        }
    }

    HealthWatch(
            Container container,
            HealthCheck check,
            ExecService execs,
            Incarnations incarnations,
            ContainerEvents events,
            LaneTimer timer) {
        this.container = container;
        this.check = check;
        this.execs = execs;
        this.incarnations = incarnations;
        this.events = events;
        this.timer = timer;
    }

    /** What is kept of a container's health over the engine's death, but not over the host's. */
    static StateFile<Health> file(Container container) {
        return new StateFile<>(container.directory().resolve("health.json"), "health", 1, Health.class);
    }

    void begin(Health health) {
        keep(health);
        schedule();
    }

    private void schedule() {
        int mine = ++turn;
        Instant started = LifeCycle.startedAt(container.status());
        Duration pause = check.pause(health(), started, Instant.now());
        timer.after(pause, container.lane(), () -> {
            if (mine == turn) {
                run();
            }
        });
    }

    private Health health() {
        Health now = container.health();
        return now == null ? HealthCheck.fresh() : now;
    }

    private void run() {
        if (!(container.status() instanceof Status.Running)) {
            // frozen: the answer would be no and say nothing about the program
            schedule();
            return;
        }
        Instant begun = Instant.now();
        Exec exec = execs.createProbe(
                container,
                ExecCreateRequest.builder()
                        .cmd(check.command())
                        .attachStdout(true)
                        .attachStderr(true)
                        .build());
        try {
            execs.claim(exec);
            execs.start(exec);
        } catch (EngineException e) {
            execs.forget(exec);
            conclude(new HealthcheckResult(begun, Instant.now(), NO_EXIT, String.valueOf(e.getMessage())));
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            execs.forget(exec);
            return;
        }
        ContainerProcess process = exec.process();
        if (process == null) {
            throw new IllegalStateException("exec " + exec.id() + " was started and has no process");
        }
        Probe now = new Probe(exec, process, begun);
        probe = now;
        process.onExit(exit -> container.lane().post(() -> ended(now, exit.exitCode(), exit.at())));
        timer.after(check.timeout(), container.lane(), () -> overdue(now));
    }

    private void overdue(Probe late) {
        if (probe == late) {
            late.overdue = true;
            kill(late);
        }
    }

    private void kill(Probe late) {
        try {
            ProbeProcesses.end(incarnations.cgroup(container.record()), late.process.initPid());
        } catch (IOException e) {
            LOG.warn("the probe of container {} may still run: {}", container.id(), e.getMessage());
        }
    }

    private void ended(Probe over, int code, Instant at) {
        if (probe != over) {
            return;
        }
        probe = null;
        String output = output(over.exec);
        if (over.overdue) {
            // what it was making while it was ended
            kill(over);
            String text = "Health check exceeded timeout (" + text(check.timeout()) + ")";
            output = output.isEmpty() ? text : text + ": " + output;
        }
        execs.forget(over.exec);
        conclude(new HealthcheckResult(over.begun, at, over.overdue ? NO_EXIT : code, output));
    }

    private void conclude(HealthcheckResult result) {
        Health before = health();
        Health now = check.after(before, result, LifeCycle.startedAt(container.status()));
        keep(now);
        if (!now.status().equals(before.status())) {
            events.tell(container.record(), "health_status: " + now.status());
        }
        schedule();
    }

    private void keep(Health health) {
        container.health(health);
        try {
            file(container).keep(health);
        } catch (IOException e) {
            LOG.warn("health of container {} is not kept: {}", container.id(), e.getMessage());
        }
    }

    /** Ends a run under way without a result: what comes next must find nothing but the container's own processes. */
    void hush() {
        Probe now = probe;
        if (now == null) {
            return;
        }
        probe = null;
        kill(now);
        try {
            if (!now.process.endsWithin(DEATH)) {
                LOG.warn("the probe of container {} does not end", container.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        execs.forget(now.exec);
        schedule();
    }

    /** The container has ended, and its processes with it. */
    void end() {
        hush();
        turn++;
        Health last = health();
        keep(new Health(HealthCheck.UNHEALTHY, last.failingStreak(), last.log()));
    }

    private static String output(Exec exec) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        boolean cut = false;
        try (LogFrames frames = LogFrames.open(exec.log())) {
            Optional<LogFrame> next = frames.next();
            while (next.isPresent() && !cut) {
                byte[] bytes = next.get().bytes();
                int room = Math.min(bytes.length, OUTPUT - all.size());
                all.write(bytes, 0, room);
                cut = room < bytes.length;
                next = frames.next();
            }
        } catch (IOException e) {
            LOG.debug("no output of exec {}", exec.id(), e);
        }
        return all.toString(StandardCharsets.UTF_8) + (cut ? "..." : "");
    }

    /** As docker writes durations: 1m30s, 1.5s, 200ms. */
    static String text(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return number(duration.toNanos() / 1e6) + "ms";
        }
        StringBuilder text = new StringBuilder();
        if (duration.toHours() > 0) {
            text.append(duration.toHours()).append('h');
        }
        if (duration.toMinutes() > 0) {
            text.append(duration.toMinutesPart()).append('m');
        }
        return text + number(duration.toSecondsPart() + duration.toNanosPart() / 1e9) + "s";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
