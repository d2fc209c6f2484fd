package dev.ferry.engine.container;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts work on a lane after a while. A sleeping virtual thread costs next to nothing, and an engine that stops just ends it. */
public final class LaneTimer {

    private static final Logger LOG = LoggerFactory.getLogger(LaneTimer.class);

    private volatile boolean stopped;

    /** Posts the work when the time has passed, unless the timer is stopped by then. */
    public void after(Duration delay, Lane lane, Runnable work) {
        Thread.ofVirtual().name("timer").start(() -> {
            try {
                Thread.sleep(delay);
            } catch (InterruptedException e) {
                LOG.debug("timer interrupted", e);
                return;
            }
            if (!stopped) {
                lane.post(work);
            }
        });
    }

    /** From now on nothing is posted. */
    public void stop() {
        stopped = true;
    }
}
