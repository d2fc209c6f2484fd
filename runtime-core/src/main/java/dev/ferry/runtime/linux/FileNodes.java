package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;

/** Names in directories and what they stand for: devices, owners, modes, times; symbolic links are not followed. */
public final class FileNodes {
    /** Type bits of a mode. inode(7) */
    public static final int S_IFMT = 0xf000;

    public static final int S_IFIFO = 0x1000;
    public static final int S_IFCHR = 0x2000;
    public static final int S_IFBLK = 0x6000;
    public static final int S_IFREG = 0x8000;

    private FileNodes() {}

    /** Makes a device, a FIFO or an empty file; {@code mode} has type and permission bits, less the umask. mknod(2) */
    public static void make(Path path, int mode, int major, int minor) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.MKNODAT,
                            OpenFlags.AT_FDCWD,
                            Libc.address(arena, path.toString()),
                            mode,
                            device(major, minor)),
                    Syscall.MKNODAT,
                    "\"" + path + "\", 0" + Integer.toOctalString(mode) + ", " + major + ":" + minor);
        }
    }

    /** Sets permission bits, set-user-id and the like included; the umask does not count. Follows a symbolic link. chmod(2) */
    public static void changeMode(Path path, int mode) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(Syscall.FCHMODAT, OpenFlags.AT_FDCWD, Libc.address(arena, path.toString()), mode),
                    Syscall.FCHMODAT,
                    "\"" + path + "\", 0" + Integer.toOctalString(mode));
        }
    }

    /** Sets owner and group by number; of a symbolic link itself. lchown(2) */
    public static void changeOwner(Path path, int uid, int gid) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.FCHOWNAT,
                            OpenFlags.AT_FDCWD,
                            Libc.address(arena, path.toString()),
                            uid,
                            gid,
                            OpenFlags.AT_SYMLINK_NOFOLLOW),
                    Syscall.FCHOWNAT,
                    "\"" + path + "\", " + uid + ":" + gid);
        }
    }

    /** Sets the times of last access and change; of a symbolic link itself. utimensat(2) */
    public static void changeTimes(Path path, Instant accessed, Instant modified) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(2L * Layouts.TIMESPEC.size(), Long.BYTES);
            times.set(JAVA_LONG, 0, accessed.getEpochSecond());
            times.set(JAVA_LONG, 8, accessed.getNano());
            times.set(JAVA_LONG, 16, modified.getEpochSecond());
            times.set(JAVA_LONG, 24, modified.getNano());
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.UTIMENSAT,
                            OpenFlags.AT_FDCWD,
                            Libc.address(arena, path.toString()),
                            times.address(),
                            OpenFlags.AT_SYMLINK_NOFOLLOW),
                    Syscall.UTIMENSAT,
                    "\"" + path + "\"");
        }
    }

    /** Renames in one step; EEXIST instead of replacing when {@code replace} is false. renameat2(2) */
    public static void rename(Path from, Path to, boolean replace) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.RENAMEAT2,
                            OpenFlags.AT_FDCWD,
                            Libc.address(arena, from.toString()),
                            OpenFlags.AT_FDCWD,
                            Libc.address(arena, to.toString()),
                            replace ? 0 : OpenFlags.RENAME_NOREPLACE),
                    Syscall.RENAMEAT2,
                    "\"" + from + "\", \"" + to + "\"");
        }
    }

    /** The kernel's number of a device. makedev(3) */
    public static long device(int major, int minor) {
        return ((long) minor & 0xff) | ((long) major & 0xfff) << 8 | ((long) minor & 0xfff00) << 12;
    }
}
