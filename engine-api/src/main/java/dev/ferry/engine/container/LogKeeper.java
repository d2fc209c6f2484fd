package dev.ferry.engine.container;

import dev.ferry.engine.log.LogOptions;
import dev.ferry.engine.log.LogTrim;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps logs as short as their containers asked for. Looks at each running one's length now and then, and once at its end. */
public final class LogKeeper implements Attendant {

    private static final Logger LOG = LoggerFactory.getLogger(LogKeeper.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final LaneTimer timer;

    /** The look that counts: a container that was started again has a new one. */
    private final Map<ContainerId, Object> looks = new ConcurrentHashMap<>();

    /** Looks when that timer says. */
    public LogKeeper(LaneTimer timer) {
        this.timer = timer;
    }

    @Override
    public void begun(Container container, boolean fresh) {
        long most = LogOptions.parse(container.record().host().logConfig()).most();
        if (most > 0) {
            Object look = new Object();
            looks.put(container.id(), look);
            schedule(container, most, look);
        }
    }

    @Override
    public void ended(Container container) {
        if (looks.remove(container.id()) != null) {
            trim(
                    container,
                    LogOptions.parse(container.record().host().logConfig()).most());
        }
    }

    private void schedule(Container container, long most, Object look) {
        timer.after(LOOK, container.lane(), () -> {
            if (look.equals(looks.get(container.id()))) {
                trim(container, most);
                schedule(container, most, look);
            }
        });
    }

    private static void trim(Container container, long most) {
        try {
            LogTrim.to(container.log(), most);
        } catch (IOException e) {
            LOG.warn("the log of container {} grows past its limit: {}", container.id(), e.getMessage());
        }
    }
}
