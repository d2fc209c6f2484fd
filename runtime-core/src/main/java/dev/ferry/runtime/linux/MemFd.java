package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.Fcntl;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;

/** Files that live in memory only and can be sealed against every change. memfd_create(2) */
public final class MemFd {
    private MemFd() {}

    /**
     * An empty file in memory, executable, close-on-exec, sealable. {@code name} shows in /proc as {@code /memfd:name}.
     *
     * <p>MFD_EXEC says that we mean to execute it, which vm.memfd_noexec = 1 asks for; kernels before 6.3 do not know the
     * flag and answer EINVAL. With vm.memfd_noexec = 2 the answer is EACCES: use a file then.
     */
    public static Fd create(String name) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long address = Libc.address(arena, name);
            long flags = Fcntl.MFD_CLOEXEC | Fcntl.MFD_ALLOW_SEALING;
            long result = Libc.invoke(Syscall.MEMFD_CREATE, address, flags | Fcntl.MFD_EXEC);
            if (result == -Errno.EINVAL.number()) {
                result = Libc.invoke(Syscall.MEMFD_CREATE, address, flags);
            }
            return Fd.adopt((int) OpenFiles.check(result, Syscall.MEMFD_CREATE, "\"" + name + "\""));
        }
    }

    /** Forbids every change of contents, length and seals from here on, to everybody. F_ADD_SEALS */
    public static void seal(Fd file) throws SyscallException {
        int seals = Fcntl.F_SEAL_SEAL | Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_WRITE;
        OpenFiles.check(
                Libc.invoke(Syscall.FCNTL, file.number(), Fcntl.F_ADD_SEALS, seals),
                Syscall.FCNTL,
                file + ", F_ADD_SEALS");
    }
}
