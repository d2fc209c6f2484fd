package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;

/** The keyring that a thread has in common with what it starts. session-keyring(7) */
public final class SessionKeyring {
    private SessionKeyring() {}

    /** Gives the calling thread, and threads that it starts from now on, a new one of that name. keyctl(2) */
    public static void join(String name) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Libc.invoke(
                    Syscall.KEYCTL,
                    ProcessConstants.KEYCTL_JOIN_SESSION_KEYRING,
                    arena.allocateFrom(name).address());
            if (result < 0) {
                throw SyscallException.of(Syscall.KEYCTL, result, name);
            }
        }
    }
}
