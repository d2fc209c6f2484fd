package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ferry.runtime.linux.abi.Fcntl;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A pipe and the owner of its two ends. pipe2(2) */
public final class Pipe implements AutoCloseable {
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

    /** Closes the ends that are still open. */
    @Override
    public void close() {
        readEnd.close();
        writeEnd.close();
    }
}
