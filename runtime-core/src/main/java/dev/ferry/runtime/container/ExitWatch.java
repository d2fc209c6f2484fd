package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.EventFd;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.WaitPid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** One thread that waits for the end of all monitors, reaps those that are our children, and tells whoever asked. */
final class ExitWatch implements AutoCloseable {
    private final EventFd bell;
    private final Map<PidFd, Runnable> watched = new ConcurrentHashMap<>();
    private final Queue<PidFd> released = new ConcurrentLinkedQueue<>();
    private final Set<PidFd> orphans = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean closed;

    ExitWatch() throws SyscallException {
        bell = EventFd.open();
        thread = Thread.ofPlatform().daemon().name("monitor-exits").start(this::run);
    }

    /** Runs {@code ended} on the watching thread once the process has ended. The handle is not closed here. */
    void add(PidFd process, Runnable ended) throws SyscallException {
        watched.put(process, ended);
        bell.ring();
    }

    /**
     * Calls nobody back any more and takes the handle over. A child of ours is still waited for, so that it does not stay a zombie
     * for as long as the engine lives.
     */
    void release(PidFd process) {
        orphans.add(process);
        if (watched.replace(process, () -> released.add(process)) == null) {
            released.add(process);
        }
        if (closed) {
            closeOrphans();
            return;
        }
        try {
            bell.ring();
        } catch (SyscallException e) {
            throw new IllegalStateException("the watch's bell is gone", e);
        }
    }

    private void run() {
        while (!closed) {
            try {
                round();
            } catch (SyscallException e) {
                throw new IllegalStateException("cannot wait for monitors", e);
            }
        }
    }

    private void round() throws SyscallException {
        closeReleased();
        List<PidFd> processes = new ArrayList<>();
        List<Poll.Interest> interests = new ArrayList<>();
        interests.add(Poll.Interest.readable(bell.fd()));
        for (PidFd process : watched.keySet()) {
            processes.add(process);
            interests.add(Poll.Interest.readable(process.fd()));
        }
        int[] events = Poll.await(interests, Duration.ofHours(1));
        if (events[0] != 0) {
            bell.silence();
        }
        for (int i = 0; i < processes.size(); i++) {
            PidFd process = processes.get(i);
            if (events[i + 1] != 0) {
                Runnable ended = watched.remove(process);
                if (ended != null) {
                    reap(process.pid());
                    ended.run();
                }
            }
        }
    }

    /** Only between two waits: nobody else closes a handle that the wait may hold. */
    private void closeReleased() {
        for (PidFd process = released.poll(); process != null; process = released.poll()) {
            orphans.remove(process);
            process.close();
        }
    }

    /** What was released and still runs: nobody will wait for it any more. */
    private void closeOrphans() {
        orphans.forEach(PidFd::close);
        orphans.clear();
    }

    /** A monitor of an earlier engine is the child of whoever adopts orphans, and reaped there. */
    static void reap(int pid) throws SyscallException {
        try {
            WaitPid.poll(pid);
        } catch (SyscallException e) {
            if (!e.is(Errno.ECHILD)) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            bell.ring();
            thread.join(Duration.ofSeconds(5));
        } catch (SyscallException e) {
            throw new IllegalStateException("the watch's bell is gone", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeOrphans();
        bell.close();
    }
}
