package dev.ferry.engine.container;

import dev.ferry.runtime.cgroup.MemoryBell;
import dev.ferry.runtime.linux.EventFd;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.SyscallException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells at once when the kernel ends a process for want of memory in a container that has a limit; it need not be the one whose end
 * ends the container. One thread waits for all of them, and there is none before the first. What nobody heard, because no engine was
 * there, the counters of the control group tell at the end.
 */
public final class MemoryWatch implements Attendant, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);
    private static final Duration PATIENCE = Duration.ofHours(1);
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final ContainerEvents events;
    private final EventFd wake;
    private final Map<Container, MemoryBell> bells = new ConcurrentHashMap<>();
    private final Queue<MemoryBell> released = new ConcurrentLinkedQueue<>();
    private final Incarnations incarnations;

    /** Guards thread, and the wake-up against its closing. Nothing waits while it is held. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Thread thread;
    private volatile boolean closed;

    /** Over the containers' cgroups. */
    public MemoryWatch(Incarnations incarnations, ContainerEvents events) throws IOException {
        this.incarnations = incarnations;
        this.events = events;
        this.wake = EventFd.open();
    }

    @Override
    public void begun(Container container, boolean fresh) {
        container.outOfMemory(false);
        if (container.record().host().resources().memory() <= 0) {
            return;
        }
        try {
            MemoryBell.of(incarnations.cgroup(container.record())).ifPresent(bell -> {
                release(bells.put(container, bell));
                listen();
            });
        } catch (IOException e) {
            LOG.warn("container {} is not watched for want of memory: {}", container.id(), e.getMessage());
        }
    }

    @Override
    public void ended(Container container) {
        release(bells.remove(container));
    }

    private void release(@Nullable MemoryBell bell) {
        if (bell != null) {
            released.add(bell);
            ring();
        }
    }

    private void listen() {
        lock.lock();
        try {
            if (thread == null && !closed) {
                thread = Thread.ofPlatform().daemon().name("memory-bells").start(this::run);
            }
        } finally {
            lock.unlock();
        }
        ring();
    }

    private void ring() {
        lock.lock();
        try {
            if (!closed) {
                wake.ring();
            }
        } catch (SyscallException e) {
            throw new IllegalStateException("the watch's bell is gone", e);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!closed) {
            try {
                round();
            } catch (IOException e) {
                LOG.error("nobody is told any more of containers without memory", e);
                return;
            }
        }
    }

    private void round() throws IOException {
        closeReleased();
        List<Map.Entry<Container, MemoryBell>> now = List.copyOf(bells.entrySet());
        List<Poll.Interest> interests = new ArrayList<>();
        interests.add(Poll.Interest.readable(wake.fd()));
        now.forEach(
                entry -> interests.add(Poll.Interest.readable(entry.getValue().fd())));
        int[] ready = Poll.await(interests, PATIENCE);
        if (ready[0] != 0) {
            wake.silence();
        }
        for (int i = 0; i < now.size(); i++) {
            if (ready[i + 1] != 0 && now.get(i).getValue().hasRung()) {
                Container container = now.get(i).getKey();
                container.lane().post(() -> tell(container));
            }
        }
    }

    private void tell(Container container) {
        // the kernel rings once more when the control group goes
        if (container.status().isAlive() && bells.containsKey(container)) {
            container.outOfMemory(true);
            events.tell(container.record(), "oom");
        }
    }

    /** Only between two waits: nobody else closes what the wait may hold. */
    private void closeReleased() {
        for (MemoryBell bell = released.poll(); bell != null; bell = released.poll()) {
            bell.close();
        }
    }

    @Override
    public void close() {
        Thread waits;
        lock.lock();
        try {
            closed = true;
            wake.ring();
            waits = thread;
        } catch (SyscallException e) {
            throw new IllegalStateException("the watch's bell is gone", e);
        } finally {
            lock.unlock();
        }
        try {
            if (waits != null && !waits.join(FAREWELL)) {
                LOG.warn("the watch for want of memory does not end");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        closeReleased();
        bells.values().forEach(MemoryBell::close);
        wake.close();
    }
}
