package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Owner, permissions, attributes and times of what a descriptor stands for, O_PATH included: where others may exchange names, a name says
 * twice who is meant, and a descriptor once.
 */
public final class OpenNodes {
    private static final int LONGEST_PATH = 4096;
    private static final int LONGEST_LIST = 64 * 1024;

    private OpenNodes() {}

    /** The path that means the file itself; only for calls that follow links. proc_pid_fd(5) */
    public static Path path(Fd node) {
        return Path.of("/proc/self/fd/" + node.number());
    }

    /** Sets owner and group by number. fchownat(2), AT_EMPTY_PATH */
    public static void changeOwner(Fd node, int uid, int gid) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.FCHOWNAT,
                            node.number(),
                            Libc.address(arena, ""),
                            uid,
                            gid,
                            OpenFlags.AT_EMPTY_PATH),
                    Syscall.FCHOWNAT,
                    node + ", " + uid + ":" + gid);
        }
    }

    /** Sets permission bits; not of a symbolic link, which has none. fchmod(2) refuses O_PATH, so this is chmod(2) of the descriptor's path. */
    public static void changeMode(Fd node, int mode) throws SyscallException {
        FileNodes.changeMode(path(node), mode);
    }

    /** Sets the times of last access and change. utimensat(2), AT_EMPTY_PATH since Linux 5.8 */
    public static void changeTimes(Fd node, Instant accessed, Instant modified) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(2L * Layouts.TIMESPEC.size(), Long.BYTES);
            times.set(JAVA_LONG, 0, accessed.getEpochSecond());
            times.set(JAVA_LONG, 8, accessed.getNano());
            times.set(JAVA_LONG, 16, modified.getEpochSecond());
            times.set(JAVA_LONG, 24, modified.getNano());
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.UTIMENSAT,
                            node.number(),
                            Libc.address(arena, ""),
                            times.address(),
                            OpenFlags.AT_EMPTY_PATH),
                    Syscall.UTIMENSAT,
                    node.toString());
        }
    }

    /** Sets an extended attribute, new or not. setxattr(2) of the descriptor's path: fsetxattr(2) refuses O_PATH */
    public static void setAttribute(Fd node, String name, byte[] value) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.SETXATTR,
                            Libc.address(arena, path(node).toString()),
                            Libc.address(arena, name),
                            arena.allocateFrom(JAVA_BYTE, value).address(),
                            value.length,
                            0),
                    Syscall.SETXATTR,
                    node + ", " + name + ", " + value.length + " bytes");
        }
    }

    /** Where a symbolic link says that it leads. readlinkat(2) with an empty path */
    public static String linkTarget(Fd link) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LONGEST_PATH);
            long length = OpenFiles.check(
                    Libc.invoke(
                            Syscall.READLINKAT, link.number(), Libc.address(arena, ""), buffer.address(), LONGEST_PATH),
                    Syscall.READLINKAT,
                    link.toString());
            return new String(buffer.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    /** All extended attributes that this process may see, by name; none where the file system has none. listxattr(2), getxattr(2) */
    public static Map<String, byte[]> attributes(Fd node) throws SyscallException {
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            long path = Libc.address(arena, path(node).toString());
            MemorySegment names = arena.allocate(LONGEST_LIST);
            long length = Libc.invoke(Syscall.LISTXATTR, path, names.address(), LONGEST_LIST);
            if (length == -Errno.EOPNOTSUPP.number()) {
                return attributes;
            }
            OpenFiles.check(length, Syscall.LISTXATTR, node.toString());
            MemorySegment value = length == 0 ? names : arena.allocate(LONGEST_LIST);
            for (long at = 0; at < length; ) {
                String name = names.getString(at, StandardCharsets.UTF_8);
                at += name.getBytes(StandardCharsets.UTF_8).length + 1;
                long size =
                        Libc.invoke(Syscall.GETXATTR, path, Libc.address(arena, name), value.address(), LONGEST_LIST);
                if (size == -Errno.ENODATA.number() || size == -Errno.EOPNOTSUPP.number()) {
                    continue; // it went between the two calls
                }
                OpenFiles.check(size, Syscall.GETXATTR, node + ", " + name);
                attributes.put(name, value.asSlice(0, size).toArray(JAVA_BYTE));
            }
        }
        return attributes;
    }
}
