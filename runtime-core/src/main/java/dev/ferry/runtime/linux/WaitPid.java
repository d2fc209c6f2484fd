package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Reaping children. wait4(2); only children that were started here: the JDK reaps its own by itself. */
public final class WaitPid {
    private WaitPid() {}

    /**
     * An ended child.
     *
     * @param pid its number, free from now on
     * @param status how it ended
     * @param usage what it used
     */
    public record Ended(int pid, WaitStatus status, ResourceUsage usage) {}

    /** Waits until the child has ended and reaps it; ECHILD when it is no child. Blocks: not on a virtual thread. */
    public static Ended await(int pid) throws SyscallException {
        return wait(pid, 0).orElseThrow(() -> new AssertionError("wait4(2) came back without a child"));
    }

    /** Reaps the child if it has ended; ECHILD when it is no child. */
    public static Optional<Ended> poll(int pid) throws SyscallException {
        return wait(pid, ProcessConstants.WNOHANG);
    }

    private static Optional<Ended> wait(int pid, int options) throws SyscallException {
        if (pid <= 0) {
            throw new IllegalArgumentException("would reap children of others: pid " + pid);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            MemorySegment usage = arena.allocate(Layouts.RUSAGE.layout());
            long result = OpenFiles.check(
                    Libc.invokeUninterrupted(Syscall.WAIT4, pid, status.address(), options, usage.address()),
                    Syscall.WAIT4,
                    "pid " + pid);
            return result == 0
                    ? Optional.empty()
                    : Optional.of(new Ended(
                            (int) result,
                            new WaitStatus(status.get(JAVA_INT, 0)),
                            ResourceUsage.parse(usage.toArray(JAVA_BYTE))));
        }
    }
}
