package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Streams by the name of a file. unix(7), "struct sockaddr_un" */
final class UnixAddress {
    /** 108 with the zero. */
    private static final int MAXIMUM_PATH = 107;

    private UnixAddress() {}

    /**
     * A new stream socket that has been given an address by bind(2) or connect(2).
     *
     * @param path at most 107 bytes
     * @return the caller's to close
     */
    static Fd stream(Syscall call, Path path) throws SyscallException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > MAXIMUM_PATH) {
            throw new IllegalArgumentException("\"%s\" has %d bytes, and the path of a unix socket at most %d"
                    .formatted(path, name.length, MAXIMUM_PATH));
        }
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
            MemorySegment address = arena.allocate(Short.BYTES + name.length + 1L);
            address.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) SocketConstants.AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, name.length);
            OpenFiles.check(
                    Libc.invoke(call, fd.number(), address.address(), address.byteSize()), call, path.toString());
            done = true;
            return fd;
        } finally {
            if (!done) {
                fd.close();
            }
        }
    }
}
