package dev.ferry.engine.health;

import dev.ferry.api.model.container.Health;
import dev.ferry.engine.container.Attendant;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.ContainerId;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.LaneTimer;
import dev.ferry.engine.exec.Exec;
import dev.ferry.engine.exec.ExecService;
import dev.ferry.runtime.container.ContainerProcess;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks the containers that ask for it, for as long as they run. */
public final class HealthService implements Attendant {

    private static final Logger LOG = LoggerFactory.getLogger(HealthService.class);

    private final ExecService execs;
    private final Incarnations incarnations;
    private final ContainerEvents events;
    private final LaneTimer timer;
    private final Map<ContainerId, HealthWatch> watches = new ConcurrentHashMap<>();

    /** From its parts. */
    public HealthService(ExecService execs, Incarnations incarnations, ContainerEvents events, LaneTimer timer) {
        this.execs = execs;
        this.incarnations = incarnations;
        this.events = events;
        this.timer = timer;
    }

    @Override
    public void begun(Container container, boolean fresh) {
        HealthCheck check = HealthCheck.of(container.record().config()).orElse(null);
        if (check == null) {
            return;
        }
        HealthWatch watch = new HealthWatch(container, check, execs, incarnations, events, timer);
        watches.put(container.id(), watch);
        if (!fresh) {
            endOrphans(container);
        }
        watch.begin(fresh ? HealthCheck.fresh() : kept(container).orElse(HealthCheck.fresh()));
    }

    @Override
    public void hush(Container container) {
        HealthWatch watch = watches.get(container.id());
        if (watch != null) {
            watch.hush();
        }
    }

    @Override
    public void ended(Container container) {
        HealthWatch watch = watches.remove(container.id());
        if (watch != null) {
            watch.end();
        }
    }

    @Override
    public void found(Container container) {
        if (HealthCheck.of(container.record().config()).isPresent()) {
            kept(container).ifPresent(container::health);
        }
    }

    /** A probe that an earlier engine began has nobody who waits for its timeout. */
    private void endOrphans(Container container) {
        for (Exec exec : execs.adoptProbes(container)) {
            ContainerProcess process = exec.process();
            try {
                if (process != null && process.initPid() > 0) {
                    ProbeProcesses.end(incarnations.cgroup(container.record()), process.initPid());
                }
            } catch (IOException e) {
                LOG.warn("a probe of container {} may still run: {}", container.id(), e.getMessage());
            }
            execs.forget(exec);
        }
    }

    private static Optional<Health> kept(Container container) {
        try {
            return HealthWatch.file(container).read();
        } catch (IOException e) {
            // a power failure may tear it, and after one no container runs
            LOG.debug("health of container {} is not known any more", container.id(), e);
            return Optional.empty();
        }
    }
}
