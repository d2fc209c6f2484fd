package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ferry.runtime.linux.abi.Fcntl;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A pipe and the owner of its two ends. pipe2(2) */
public final class Pipe implements AutoCloseable {
    private static final int SPLICE_F_NONBLOCK = 2;

    private final Fd readEnd;
    private final Fd writeEnd;

    private Pipe(Fd readEnd, Fd writeEnd) {
        this.readEnd = readEnd;
        this.writeEnd = writeEnd;
    }

    /** A new pipe, both ends close-on-exec. */
    public static Pipe open() throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(JAVA_INT, 2);
            OpenFiles.check(Libc.invoke(Syscall.PIPE2, pair.address(), OpenFlags.O_CLOEXEC), Syscall.PIPE2, "");
            return new Pipe(Fd.adopt(pair.get(JAVA_INT, 0)), Fd.adopt(pair.get(JAVA_INT, 4)));
        }
    }

    /** Where bytes come out; borrowed. */
    public Fd readEnd() {
        return readEnd;
    }

    /** Where bytes go in; borrowed. */
    public Fd writeEnd() {
        return writeEnd;
    }

    /** Asks for room of that many bytes; the kernel rounds up. F_SETPIPE_SZ; EPERM above fs.pipe-max-size */
    public void resize(int bytes) throws SyscallException {
        OpenFiles.check(
                Libc.invoke(Syscall.FCNTL, writeEnd.number(), Fcntl.F_SETPIPE_SZ, bytes),
                Syscall.FCNTL,
                writeEnd + ", F_SETPIPE_SZ, " + bytes);
    }

    /**
     * What lies unread in a pipe. The bytes stay where they are. tee(2)
     *
     * @param readEnd of any pipe; borrowed
     */
    public static byte[] peek(Fd readEnd) throws IOException {
        int length = DeviceControl.readableBytes(readEnd);
        if (length == 0) {
            return new byte[0];
        }
        try (Pipe copy = open()) {
            // tee(2) copies references to whole buffers, so the copy needs as many of them as the original has
            copy.resize((int) OpenFiles.check(
                    Libc.invoke(Syscall.FCNTL, readEnd.number(), Fcntl.F_GETPIPE_SZ), Syscall.FCNTL, "F_GETPIPE_SZ"));
            long copied = OpenFiles.check(
                    Libc.invoke(Syscall.TEE, readEnd.number(), copy.writeEnd.number(), length, SPLICE_F_NONBLOCK),
                    Syscall.TEE,
                    readEnd + ", " + length + " bytes");
            return OpenFiles.readFully(copy.readEnd, Math.toIntExact(copied));
        }
    }

    /** Closes the ends that are still open. */
    @Override
    public void close() {
        readEnd.close();
        writeEnd.close();
    }
}
