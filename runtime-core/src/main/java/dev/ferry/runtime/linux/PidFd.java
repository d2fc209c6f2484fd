package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;

/** A process held by a descriptor: its number can not come to mean another one meanwhile. pidfd_open(2) */
public final class PidFd implements AutoCloseable {
    /** _IOWR(0xFF, 11, struct pidfd_info) of the struct's first size; linux/pidfd.h */
    private static final long GET_INFO = 0xC040_FF0BL;

    private static final long INFO_SIZE = 64;
    private static final long INFO_EXIT = 1L << 3;
    private static final long INFO_EXIT_CODE = 60;

    private final int pid;
    private final Fd fd;

    private PidFd(int pid, Fd fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /** Takes hold of the process that has the number now; ESRCH when there is none. */
    public static PidFd open(int pid) throws SyscallException {
        long result = Libc.invoke(Syscall.PIDFD_OPEN, pid, 0);
        return new PidFd(pid, Fd.adopt((int) OpenFiles.check(result, Syscall.PIDFD_OPEN, "pid " + pid)));
    }

    /** Number of the process when it was opened. */
    public int pid() {
        return pid;
    }

    /** The descriptor, readable when the process has ended; borrowed. */
    public Fd fd() {
        return fd;
    }

    /** Sends a signal; ESRCH when it has been reaped. pidfd_send_signal(2) */
    public void sendSignal(int signal) throws SyscallException {
        OpenFiles.check(
                Libc.invoke(Syscall.PIDFD_SEND_SIGNAL, fd.number(), signal, 0, 0),
                Syscall.PIDFD_SEND_SIGNAL,
                "pid " + pid + ", signal " + signal);
    }

    /** A duplicate of that process's descriptor {@code target}, close-on-exec. pidfd_getfd(2); needs the right to ptrace */
    public Fd getFd(int target) throws SyscallException {
        long result = Libc.invoke(Syscall.PIDFD_GETFD, fd.number(), target, 0);
        return Fd.adopt(
                (int) OpenFiles.check(result, Syscall.PIDFD_GETFD, "pid " + pid + ", its descriptor " + target));
    }

    /** Whether it has not ended yet; a zombie has. */
    public boolean isAlive() throws SyscallException {
        return !awaitExit(Duration.ZERO);
    }

    /** Waits for its end, which it does not reap; whether it has ended. Blocks the thread: not on a virtual one. */
    public boolean awaitExit(Duration atMost) throws SyscallException {
        return Poll.readable(fd, atMost);
    }

    /**
     * How a process ended that is nobody's child here; empty while it has not been reaped. PIDFD_GET_INFO with PIDFD_INFO_EXIT
     *
     * @throws SyscallException with EINVAL or ENOTTY before Linux 6.15, ESRCH when it had been reaped before it was opened
     */
    public Optional<WaitStatus> ended() throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            // struct pidfd_info: u64 mask, u64 cgroupid, eleven u32 of numbers and ids, s32 exit_code
            MemorySegment info = arena.allocate(INFO_SIZE, Long.BYTES);
            info.set(JAVA_LONG, 0, INFO_EXIT);
            OpenFiles.check(
                    Libc.invoke(Syscall.IOCTL, fd.number(), GET_INFO, info.address()),
                    Syscall.IOCTL,
                    "pid " + pid + ", PIDFD_GET_INFO");
            return (info.get(JAVA_LONG, 0) & INFO_EXIT) == 0
                    ? Optional.empty()
                    : Optional.of(new WaitStatus(info.get(JAVA_INT, INFO_EXIT_CODE)));
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
