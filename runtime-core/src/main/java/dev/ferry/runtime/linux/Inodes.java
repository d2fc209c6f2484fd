package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the JDK cannot do to files: make devices, change the owner, the times and the attributes of the very file a path names.
 * No call follows a symbolic link in the last part of a path, except {@link #chmod}, which Linux cannot apply to a link.
 */
public final class Inodes {
    /** st_mode of a FIFO. inode(7) */
    public static final int S_IFIFO = 0010000;

    /** st_mode of a character device. inode(7) */
    public static final int S_IFCHR = 0020000;

    /** st_mode of a block device. inode(7) */
    public static final int S_IFBLK = 0060000;

    private static final long AT_FDCWD = -100;
    private static final long AT_SYMLINK_NOFOLLOW = 0x100;
    private static final long RENAME_EXCHANGE = 2;
    private static final long O_CLOEXEC = 02000000;
    private static final int NAMES_BYTES = 1 << 16; // XATTR_LIST_MAX and XATTR_SIZE_MAX, limits.h
    private static final int VALUE_BYTES = 1 << 16;

    private Inodes() {}

    /**
     * Makes a device or a FIFO; the umask applies to {@code mode}. mknodat(2)
     *
     * @param mode type, such as {@link #S_IFCHR}, and permissions
     */
    public static void mknod(Path path, int mode, int major, int minor) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            check(
                    Syscall.MKNODAT,
                    Libc.invoke(Syscall.MKNODAT, AT_FDCWD, address(arena, path), mode, device(major, minor)),
                    path);
        }
    }

    /** Changes owner and group. fchownat(2) with AT_SYMLINK_NOFOLLOW */
    public static void chown(Path path, long owner, long group) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            check(
                    Syscall.FCHOWNAT,
                    Libc.invoke(Syscall.FCHOWNAT, AT_FDCWD, address(arena, path), owner, group, AT_SYMLINK_NOFOLLOW),
                    path);
        }
    }

    /** Changes the twelve permission bits. Preconditions: the path is not a symbolic link. fchmodat(2) */
    public static void chmod(Path path, int mode) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            check(Syscall.FCHMODAT, Libc.invoke(Syscall.FCHMODAT, AT_FDCWD, address(arena, path), mode), path);
        }
    }

    /** Sets the times of last access and last change. utimensat(2) */
    public static void setTimes(Path path, Instant time) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(JAVA_LONG, 4); // struct timespec times[2] = {access, modification}
            for (int i = 0; i < 2; i++) {
                times.setAtIndex(JAVA_LONG, 2L * i, time.getEpochSecond());
                times.setAtIndex(JAVA_LONG, 2L * i + 1, time.getNano());
            }
            check(
                    Syscall.UTIMENSAT,
                    Libc.invoke(
                            Syscall.UTIMENSAT, AT_FDCWD, address(arena, path), times.address(), AT_SYMLINK_NOFOLLOW),
                    path);
        }
    }

    /** Sets an extended attribute. lsetxattr(2) */
    public static void setAttribute(Path path, String name, byte[] value) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Math.max(1, value.length));
            MemorySegment.copy(value, 0, bytes, JAVA_BYTE, 0, value.length);
            long result = Libc.invoke(
                    Syscall.LSETXATTR,
                    address(arena, path),
                    Libc.address(arena, name),
                    bytes.address(),
                    value.length,
                    0);
            if (result < 0) {
                throw SyscallException.of(Syscall.LSETXATTR, result, "\"" + path + "\", \"" + name + "\"");
            }
        }
    }

    /** All extended attributes this process may see; empty where the file system has none. llistxattr(2), lgetxattr(2) */
    public static Map<String, byte[]> attributes(Path path) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long file = address(arena, path);
            MemorySegment names = arena.allocate(NAMES_BYTES);
            long length = Libc.invoke(Syscall.LLISTXATTR, file, names.address(), NAMES_BYTES);
            if (length == -Errno.EOPNOTSUPP.number() || length == 0) {
                return Map.of();
            }
            check(Syscall.LLISTXATTR, length, path);
            Map<String, byte[]> attributes = new LinkedHashMap<>();
            MemorySegment value = arena.allocate(VALUE_BYTES);
            for (String name :
                    new String(names.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8).split("\0", 0)) {
                long size =
                        Libc.invoke(Syscall.LGETXATTR, file, Libc.address(arena, name), value.address(), VALUE_BYTES);
                if (size == -Errno.ENODATA.number()) {
                    continue; // removed since it was listed
                }
                check(Syscall.LGETXATTR, size, path);
                attributes.put(name, value.asSlice(0, size).toArray(JAVA_BYTE));
            }
            return attributes;
        }
    }

    /** Swaps two files or directories in one step. renameat2(2) with RENAME_EXCHANGE */
    public static void exchange(Path one, Path other) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Libc.invoke(
                    Syscall.RENAMEAT2, AT_FDCWD, address(arena, one), AT_FDCWD, address(arena, other), RENAME_EXCHANGE);
            if (result < 0) {
                throw SyscallException.of(Syscall.RENAMEAT2, result, "\"" + one + "\", \"" + other + "\"");
            }
        }
    }

    /** Writes to disk everything that the file system of a file holds in memory. syncfs(2) */
    public static void syncFileSystem(Path file) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long number = Libc.invokeUninterrupted(Syscall.OPENAT, AT_FDCWD, address(arena, file), O_CLOEXEC, 0);
            check(Syscall.OPENAT, number, file);
            try (Fd fd = Fd.adopt((int) number)) {
                check(Syscall.SYNCFS, Libc.invoke(Syscall.SYNCFS, fd.number()), file);
            }
        }
    }

    /** A dev_t as the kernel takes it: makedev(3). */
    private static long device(long major, long minor) {
        return ((major & 0xfffff000L) << 32)
                | ((major & 0xfffL) << 8)
                | ((minor & 0xffffff00L) << 12)
                | (minor & 0xffL);
    }

    private static long address(Arena arena, Path path) {
        return Libc.address(arena, path.toString());
    }

    private static void check(Syscall call, long result, Path path) throws SyscallException {
        if (result < 0) {
            throw SyscallException.of(call, result, "\"" + path + "\"");
        }
    }
}
