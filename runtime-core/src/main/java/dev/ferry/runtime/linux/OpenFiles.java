package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ferry.runtime.linux.abi.Fcntl;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Files as descriptors, for what java.nio has no words for: flags of open(2), holes, directories that are synced, descriptors
 * that somebody else opened. Everything is opened close-on-exec; calls that a signal interrupts are done again.
 */
public final class OpenFiles {
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int FALLOC_FL_PUNCH_HOLE = 2;
    private static final int SEEK_DATA = 3;
    private static final int SYNC_FILE_RANGE_WRITE = 2;
    private static final int CHUNK = 64 * 1024;

    private OpenFiles() {}

    /** Opens a file with flags of {@link OpenFlags}; O_CLOEXEC is added. {@code mode} counts for new files. openat(2) */
    public static Fd open(Path path, int flags, int mode) throws SyscallException {
        return open(OpenFlags.AT_FDCWD, path.toString(), flags, mode);
    }

    /** As above for a file that exists. */
    public static Fd open(Path path, int flags) throws SyscallException {
        return open(path, flags, 0);
    }

    /** Opens a name relative to a directory. openat(2) */
    public static Fd openAt(Fd directory, String name, int flags, int mode) throws SyscallException {
        return open(directory.number(), name, flags, mode);
    }

    private static Fd open(int directory, String name, int flags, int mode) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Libc.invokeUninterrupted(
                    Syscall.OPENAT, directory, Libc.address(arena, name), flags | OpenFlags.O_CLOEXEC, mode);
            if (result < 0) {
                throw SyscallException.of(Syscall.OPENAT, result, "\"" + name + "\", 0x" + Integer.toHexString(flags));
            }
            return Fd.adopt((int) result);
        }
    }

    /** Reads at most {@code length} bytes; an empty array at the end of the file. Blocks as the descriptor does. read(2) */
    public static byte[] read(Fd fd, int length) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            long result = Libc.invokeUninterrupted(Syscall.READ, fd.number(), buffer.address(), length);
            if (result < 0) {
                throw SyscallException.of(Syscall.READ, result, fd + ", " + length + " bytes");
            }
            return buffer.asSlice(0, result).toArray(JAVA_BYTE);
        }
    }

    /** Reads up to the end of the file. */
    public static byte[] readAll(Fd fd) throws SyscallException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            byte[] chunk = read(fd, CHUNK);
            if (chunk.length == 0) {
                return all.toByteArray();
            }
            all.writeBytes(chunk);
        }
    }

    /** Reads exactly that many bytes. */
    public static byte[] readFully(Fd fd, int length) throws SyscallException, EOFException {
        byte[] all = new byte[length];
        int done = 0;
        while (done < length) {
            byte[] chunk = read(fd, length - done);
            if (chunk.length == 0) {
                throw new EOFException(fd + " ended after " + done + " of " + length + " bytes");
            }
            System.arraycopy(chunk, 0, all, done, chunk.length);
            done += chunk.length;
        }
        return all;
    }

    /** Reads at a position, which may lie past the end: an empty array then. pread(2) */
    public static byte[] readAt(Fd fd, long position, int length) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            long result = Libc.invokeUninterrupted(Syscall.PREAD64, fd.number(), buffer.address(), length, position);
            if (result < 0) {
                throw SyscallException.of(Syscall.PREAD64, result, fd + ", " + length + " bytes at " + position);
            }
            return buffer.asSlice(0, result).toArray(JAVA_BYTE);
        }
    }

    /** Writes a part of an array; may write less, and says how much. write(2) */
    public static int write(Fd fd, byte[] bytes, int offset, int length) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, length));
            MemorySegment.copy(bytes, offset, buffer, JAVA_BYTE, 0, length);
            long result = Libc.invokeUninterrupted(Syscall.WRITE, fd.number(), buffer.address(), length);
            if (result < 0) {
                throw SyscallException.of(Syscall.WRITE, result, fd + ", " + length + " bytes");
            }
            return (int) result;
        }
    }

    /** Writes all bytes. */
    public static void writeFully(Fd fd, byte[] bytes) throws SyscallException {
        int done = 0;
        while (done < bytes.length) {
            done += write(fd, bytes, done, Math.min(CHUNK, bytes.length - done));
        }
    }

    /** Writes all bytes at a position. pwrite(2) */
    public static void writeAt(Fd fd, long position, byte[] bytes) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(JAVA_BYTE, bytes);
            long done = 0;
            while (done < bytes.length) {
                long result = Libc.invokeUninterrupted(
                        Syscall.PWRITE64, fd.number(), buffer.address() + done, bytes.length - done, position + done);
                if (result < 0) {
                    throw SyscallException.of(
                            Syscall.PWRITE64, result, fd + ", " + bytes.length + " bytes at " + position);
                }
                done += result;
            }
        }
    }

    /** Returns when contents and facts of the file have reached the disk. fsync(2) */
    public static void fsync(Fd fd) throws SyscallException {
        check(Libc.invokeUninterrupted(Syscall.FSYNC, fd.number(), 0, 0), Syscall.FSYNC, fd.toString());
    }

    /** Returns when contents, and what is needed to read them, have reached the disk. fdatasync(2) */
    public static void fdatasync(Fd fd) throws SyscallException {
        check(Libc.invokeUninterrupted(Syscall.FDATASYNC, fd.number(), 0, 0), Syscall.FDATASYNC, fd.toString());
    }

    /**
     * Asks the kernel to begin writing a range of a file to the disk, and does not wait for it. Promises nothing: what must be durable needs
     * fsync afterwards, which then finds less to do. sync_file_range(2), SYNC_FILE_RANGE_WRITE
     *
     * @param position first byte
     * @param length in bytes; 0 means to the end
     */
    public static void beginWriteback(Fd fd, long position, long length) throws SyscallException {
        check(
                Libc.invokeUninterrupted(Syscall.SYNC_FILE_RANGE, fd.number(), position, length, SYNC_FILE_RANGE_WRITE),
                Syscall.SYNC_FILE_RANGE,
                fd + ", " + position + ", " + length + " bytes");
    }

    /** Returns when everything that the file system of a file held in memory has reached the disk. syncfs(2) */
    public static void syncFileSystem(Path file) throws SyscallException {
        try (Fd fd = open(file, OpenFlags.O_RDONLY)) {
            check(Libc.invokeUninterrupted(Syscall.SYNCFS, fd.number(), 0, 0), Syscall.SYNCFS, "\"" + file + "\"");
        }
    }

    /** Returns when the names in a directory, a rename say, have reached the disk. */
    public static void fsyncDirectory(Path directory) throws SyscallException {
        try (Fd fd = open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY)) {
            fsync(fd);
        }
    }

    /** Gives the blocks of a range back; the range reads as zeros, the length stays. fallocate(2) */
    public static void punchHole(Fd fd, long position, long length) throws SyscallException {
        check(
                Libc.invokeUninterrupted(
                        Syscall.FALLOCATE, fd.number(), FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, position, length),
                Syscall.FALLOCATE,
                fd + ", punch hole at " + position + ", " + length + " bytes");
    }

    /** Where data begins at or behind a place; empty when all from there on is a hole. lseek(2), SEEK_DATA; moves the descriptor. */
    public static OptionalLong firstData(Fd fd, long from) throws SyscallException {
        long result = Libc.invokeUninterrupted(Syscall.LSEEK, fd.number(), from, SEEK_DATA, 0);
        if (result == -Errno.ENXIO.number()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(check(result, Syscall.LSEEK, fd + ", data from " + from));
    }

    /** Reserves room for a range. fallocate(2) */
    public static void allocate(Fd fd, long position, long length) throws SyscallException {
        check(
                Libc.invokeUninterrupted(Syscall.FALLOCATE, fd.number(), 0, position, length),
                Syscall.FALLOCATE,
                fd + ", at " + position + ", " + length + " bytes");
    }

    /** Sets the file's length. ftruncate(2) */
    public static void truncate(Fd fd, long length) throws SyscallException {
        check(
                Libc.invokeUninterrupted(Syscall.FTRUNCATE, fd.number(), length, 0),
                Syscall.FTRUNCATE,
                fd + ", " + length + " bytes");
    }

    /** Whether reads and writes return EAGAIN instead of waiting. fcntl(2), O_NONBLOCK */
    public static void setNonBlocking(Fd fd, boolean on) throws SyscallException {
        long flags = check(Libc.invoke(Syscall.FCNTL, fd.number(), Fcntl.F_GETFL), Syscall.FCNTL, fd + ", F_GETFL");
        long wanted = on ? flags | OpenFlags.O_NONBLOCK : flags & ~OpenFlags.O_NONBLOCK;
        check(Libc.invoke(Syscall.FCNTL, fd.number(), Fcntl.F_SETFL, wanted), Syscall.FCNTL, fd + ", F_SETFL");
    }

    static long check(long result, Syscall call, String arguments) throws SyscallException {
        if (result < 0) {
            throw SyscallException.of(call, result, arguments);
        }
        return result;
    }
}
