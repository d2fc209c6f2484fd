package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.Syscall;
import java.time.Duration;

/** A process held by a descriptor: its number can not come to mean another one meanwhile. pidfd_open(2) */
public final class PidFd implements AutoCloseable {
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

    @Override
    public void close() {
        fd.close();
    }
}
