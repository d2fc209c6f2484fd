package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.Syscall;
import java.io.IOException;

/**
 * Who a thread is to file systems. Who makes files where its own ids mean nothing, in a file system of a user namespace, gets EOVERFLOW.
 * setfsuid(2)
 */
public final class FileIdentity {
    private FileIdentity() {}

    /** Work on files. */
    @FunctionalInterface
    public interface Making {
        /** Does it. */
        void run() throws IOException;
    }

    /**
     * Has this thread be somebody else for a while, without root's rights over files; then it is who it was. For platform threads that end: it
     * is the thread's and nobody else's.
     */
    public static void with(int uid, int gid, Making making) throws IOException {
        // both answer with who was before, and tell of no error
        long group = Libc.invoke(Syscall.SETFSGID, gid);
        long user = Libc.invoke(Syscall.SETFSUID, uid);
        try {
            making.run();
        } finally {
            requireWas(uid, Libc.invoke(Syscall.SETFSUID, user), Syscall.SETFSUID);
            requireWas(gid, Libc.invoke(Syscall.SETFSGID, group), Syscall.SETFSGID);
        }
    }

    private static void requireWas(int expected, long was, Syscall call) {
        if (was != expected) {
            throw new AssertionError(call + " says " + was + " was before, and it was " + expected);
        }
    }
}
