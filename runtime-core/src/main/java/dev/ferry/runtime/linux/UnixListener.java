package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Listens on a unix socket and takes connections, with the descriptors that come over them: Java's own sockets do not tell theirs. The
 * path stays when it is closed. unix(7); a path has 107 bytes at most
 */
public final class UnixListener implements AutoCloseable {
    private static final int PATH_AT = 2;

    private final Fd fd;

    private UnixListener(Fd fd) {
        this.fd = fd;
    }

    /** At a path where nothing is. */
    public static UnixListener at(Path path) throws SyscallException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        Fd fd = Fd.adopt((int) OpenFiles.check(
                Libc.invoke(
                        Syscall.SOCKET,
                        SocketConstants.AF_UNIX,
                        SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC,
                        0),
                Syscall.SOCKET,
                "unix"));
        boolean done = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(PATH_AT + name.length + 1L);
            address.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) SocketConstants.AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, PATH_AT, name.length);
            OpenFiles.check(
                    Libc.invoke(Syscall.BIND, fd.number(), address.address(), address.byteSize()),
                    Syscall.BIND,
                    path.toString());
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
