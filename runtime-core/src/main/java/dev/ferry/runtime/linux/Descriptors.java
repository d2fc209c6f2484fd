package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.Fcntl;
import dev.ferry.runtime.linux.abi.Syscall;

/** What every descriptor can do, whatever it stands for. fcntl(2), dup(2), close(2) */
final class Descriptors {
    private Descriptors() {}

    static Fd duplicateAtLeast(Fd fd, int minimum) throws SyscallException {
        long result = Libc.invoke(Syscall.FCNTL, fd.number(), Fcntl.F_DUPFD_CLOEXEC, minimum);
        if (result < 0) {
            throw SyscallException.of(Syscall.FCNTL, result, fd + ", F_DUPFD_CLOEXEC, " + minimum);
        }
        return Fd.adopt((int) result);
    }

    /** A number that is not open means that somebody else closed what we own: a mistake in this program, not an event. */
    static void close(int number) {
        long result = Libc.invoke(Syscall.CLOSE, number);
        if (result == -Errno.EBADF.number()) {
            throw new AssertionError("fd " + number + " was closed by somebody who does not own it");
        }
    }
}
