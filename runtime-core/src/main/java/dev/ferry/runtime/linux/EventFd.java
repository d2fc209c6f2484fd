package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.PollEvents;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;

/**
 * A bell that wakes a thread out of {@link Poll}: a Java interrupt does not reach a thread inside the kernel. eventfd(2)
 */
public final class EventFd implements AutoCloseable {
    private final Fd fd;

    private EventFd(Fd fd) {
        this.fd = fd;
    }

    /** A bell that has not been rung. */
    public static EventFd open() throws SyscallException {
        long result = Libc.invoke(Syscall.EVENTFD2, 0, PollEvents.EFD_CLOEXEC | PollEvents.EFD_NONBLOCK);
        return new EventFd(Fd.adopt((int) OpenFiles.check(result, Syscall.EVENTFD2, "")));
    }

    /** Readable once it has been rung; borrowed. */
    public Fd fd() {
        return fd;
    }

    /** Rings it. */
    public void ring() throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long one = arena.allocateFrom(JAVA_LONG, 1).address();
            OpenFiles.check(
                    Libc.invokeUninterrupted(Syscall.WRITE, fd.number(), one, Long.BYTES),
                    Syscall.WRITE,
                    "event " + fd);
        }
    }

    /** Makes it silent again; says whether it had been rung. */
    public boolean silence() throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long count = arena.allocate(JAVA_LONG).address();
            long result = Libc.invokeUninterrupted(Syscall.READ, fd.number(), count, Long.BYTES);
            if (result == -Errno.EAGAIN.number()) {
                return false;
            }
            OpenFiles.check(result, Syscall.READ, "event " + fd);
            return true;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
