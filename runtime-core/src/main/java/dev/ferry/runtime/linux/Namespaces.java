package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.Syscall;

/**
 * Namespaces of the calling thread. setns(2), unshare(2)
 *
 * <p>They stay with the thread: go through {@link NamespaceThread}, whose thread ends with the work. A pooled or virtual
 * thread would carry them into work that has nothing to do with it.
 */
final class Namespaces {
    private Namespaces() {}

    static void enter(Fd namespace, long kinds) throws SyscallException {
        OpenFiles.check(
                Libc.invoke(Syscall.SETNS, namespace.number(), kinds),
                Syscall.SETNS,
                namespace + ", 0x" + Long.toHexString(kinds));
    }

    static void unshare(long kinds) throws SyscallException {
        OpenFiles.check(Libc.invoke(Syscall.UNSHARE, kinds), Syscall.UNSHARE, "0x" + Long.toHexString(kinds));
    }
}
