package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.nio.file.Path;

/**
 * Listens on a unix socket and takes connections, with the descriptors that come over them: Java's own sockets do not tell theirs. The
 * path stays when it is closed. unix(7); a path has 107 bytes at most
 */
public final class UnixListener implements AutoCloseable {
    private final Fd fd;

    private UnixListener(Fd fd) {
        this.fd = fd;
    }

    /** At a path where nothing is. */
    public static UnixListener at(Path path) throws SyscallException {
        Fd fd = UnixAddress.stream(Syscall.BIND, path);
        boolean done = false;
        try {
            OpenFiles.check(Libc.invoke(Syscall.LISTEN, fd.number(), 1), Syscall.LISTEN, path.toString());
            done = true;
            return new UnixListener(fd);
        } finally {
            if (!done) {
                fd.close();
            }
        }
    }

    /** The descriptor, readable when there is a connection to accept; borrowed. */
    public Fd fd() {
        return fd;
    }

    /** Waits for the connection. */
    public UnixSocket accept() throws SyscallException {
        return UnixSocket.adopt(Fd.adopt((int) OpenFiles.check(
                Libc.invoke(Syscall.ACCEPT4, fd.number(), 0, 0, SocketConstants.SOCK_CLOEXEC),
                Syscall.ACCEPT4,
                "unix")));
    }

    @Override
    public void close() {
        fd.close();
    }
}
