package dev.ferry.runtime.bundle;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupStatistics;
import dev.ferry.runtime.cgroup.MemoryBell;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.ProcessId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What happens to a container, for the verb {@code events}. One caller at a time; closing it changes nothing for the container. */
public final class BundleEvents implements AutoCloseable {
    private final Cgroup cgroup;
    private final PidFd init;
    private final Optional<MemoryBell> bell;

    /** What there was to wait for. */
    public enum Event {
        /** A process was refused memory, or ended for want of it. */
        OUT_OF_MEMORY,
        /** Its first process has ended. */
        END,
        /** None of them in time. */
        NONE
    }

    private BundleEvents(Cgroup cgroup, PidFd init, Optional<MemoryBell> bell) {
        this.cgroup = cgroup;
        this.init = init;
        this.bell = bell;
    }

    static BundleEvents open(BundleRecord record, Cgroup cgroup, BundleStatus status)
            throws RuntimeRefused, IOException {
        ProcessId first = record.init();
        Optional<PidFd> init = first == null || status == BundleStatus.STOPPED ? Optional.empty() : first.open();
        if (init.isEmpty()) {
            throw new RuntimeRefused("container with id %s is not running; see \"state\"".formatted(record.id()));
        }
        boolean done = false;
        try {
            var events = new BundleEvents(cgroup, init.get(), MemoryBell.of(cgroup));
            done = true;
            return events;
        } finally {
            if (!done) {
                init.get().close();
            }
        }
    }

    /** What it has used. */
    public CgroupStatistics statistics() throws IOException {
        return cgroup.statistics();
    }

    /** Waits for the next event. */
    public Event await(Duration atMost) throws IOException {
        List<Poll.Interest> interests = new ArrayList<>(List.of(Poll.Interest.readable(init.fd())));
        bell.ifPresent(ringing -> interests.add(Poll.Interest.readable(ringing.fd())));
        int[] events = Poll.await(interests, atMost);
        // the bell rings, too, when the group goes: an end comes first
        if (events[0] != 0) {
            return Event.END;
        }
        if (bell.isPresent() && events[1] != 0) {
            return bell.get().hasRung() ? Event.OUT_OF_MEMORY : Event.NONE;
        }
        return Event.NONE;
    }

    @Override
    public void close() {
        bell.ifPresent(MemoryBell::close);
        init.close();
    }
}
