package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ferry.runtime.linux.abi.PollEvents;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/** Waiting until descriptors have something to say. ppoll(2); blocks the thread, so never on a virtual one. */
public final class Poll {
    // struct pollfd and struct timespec, as Layouts has them and a test compares: asking them takes a short-lived
    // process milliseconds
    static final int SIZE = 8;
    static final int FD = 0;
    static final int EVENTS = 4;
    static final int REVENTS = 6;
    static final int TIME_SIZE = 16;
    static final int NANOSECONDS = 8;

    private Poll() {}

    /**
     * What to wait for.
     *
     * @param fd borrowed for the wait
     * @param events bits of {@link PollEvents}; POLLERR and POLLHUP always count
     */
    public record Interest(Fd fd, int events) {
        /** Something to read, or the end. */
        public static Interest readable(Fd fd) {
            return new Interest(fd, PollEvents.POLLIN);
        }

        /** Room to write, or nobody left who reads. */
        public static Interest writable(Fd fd) {
            return new Interest(fd, PollEvents.POLLOUT);
        }
    }

    /**
     * Waits for at least one of them, at most that long, and answers each one's events: all zero when time is up. A signal
     * that interrupts the wait does not end it.
     */
    public static int[] await(List<Interest> interests, Duration atMost) throws SyscallException {
        long deadline = System.nanoTime() + nanos(atMost);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate((long) SIZE * Math.max(1, interests.size()), Long.BYTES);
            for (int i = 0; i < interests.size(); i++) {
                fds.set(JAVA_INT, (long) SIZE * i + FD, interests.get(i).fd().number());
                fds.set(JAVA_SHORT, (long) SIZE * i + EVENTS, (short)
                        interests.get(i).events());
            }
            MemorySegment time = arena.allocate(TIME_SIZE, Long.BYTES);
            long result;
            do {
                long left = Math.max(0, deadline - System.nanoTime());
                time.set(JAVA_LONG, 0, left / 1_000_000_000);
                time.set(JAVA_LONG, NANOSECONDS, left % 1_000_000_000);
                result = Libc.invoke(Syscall.PPOLL, fds.address(), interests.size(), time.address(), 0, 0);
            } while (result == -Errno.EINTR.number());
            OpenFiles.check(result, Syscall.PPOLL, interests.size() + " descriptors");
            int[] events = new int[interests.size()];
            for (int i = 0; i < events.length; i++) {
                events[i] = fds.get(JAVA_SHORT, (long) SIZE * i + REVENTS) & 0xffff;
            }
            return events;
        }
    }

    /** Whether there is something to read, or an end to see, within that time. */
    public static boolean readable(Fd fd, Duration atMost) throws SyscallException {
        return await(List.of(Interest.readable(fd)), atMost)[0] != 0;
    }

    /** Durations of more than a year are a year: the sum with the clock must not overflow. */
    private static long nanos(Duration duration) {
        Duration year = Duration.ofDays(365);
        return duration.compareTo(year) > 0 ? year.toNanos() : Math.max(0, duration.toNanos());
    }
}
