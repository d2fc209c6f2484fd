package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Extended attributes of all name spaces, not followed through symbolic links: java.nio reaches {@code user} only. xattr(7) */
public final class ExtendedAttributes {
    private static final int LIMIT = 64 * 1024;

    private ExtendedAttributes() {}

    /** Names of a file's attributes; empty where the file system has none. llistxattr(2) */
    public static List<String> names(Path file) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LIMIT);
            long length =
                    Libc.invoke(Syscall.LLISTXATTR, Libc.address(arena, file.toString()), buffer.address(), LIMIT);
            if (length == -Errno.EOPNOTSUPP.number()) {
                return List.of();
            }
            OpenFiles.check(length, Syscall.LLISTXATTR, "\"" + file + "\"");
            List<String> names = new ArrayList<>();
            long at = 0;
            while (at < length) {
                String name = buffer.getString(at, StandardCharsets.UTF_8);
                names.add(name);
                at += name.getBytes(StandardCharsets.UTF_8).length + 1;
            }
            return names;
        }
    }

    /** An attribute's value; empty when the file has no such attribute. lgetxattr(2) */
    public static Optional<byte[]> value(Path file, String name) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LIMIT);
            long length = Libc.invoke(
                    Syscall.LGETXATTR,
                    Libc.address(arena, file.toString()),
                    Libc.address(arena, name),
                    buffer.address(),
                    LIMIT);
            if (length == -Errno.ENODATA.number() || length == -Errno.EOPNOTSUPP.number()) {
                return Optional.empty();
            }
            OpenFiles.check(length, Syscall.LGETXATTR, "\"" + file + "\", " + name);
            return Optional.of(buffer.asSlice(0, length).toArray(JAVA_BYTE));
        }
    }

    /** All attributes that this process may see, by name. llistxattr(2), lgetxattr(2) */
    public static Map<String, byte[]> all(Path file) throws SyscallException {
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        for (String name : names(file)) {
            value(file, name).ifPresent(value -> attributes.put(name, value)); // it may go between the two calls
        }
        return attributes;
    }

    /** Sets an attribute, new or not. lsetxattr(2) */
    public static void set(Path file, String name, byte[] value) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.LSETXATTR,
                            Libc.address(arena, file.toString()),
                            Libc.address(arena, name),
                            arena.allocateFrom(JAVA_BYTE, value).address(),
                            value.length,
                            0),
                    Syscall.LSETXATTR,
                    "\"" + file + "\", " + name + ", " + value.length + " bytes");
        }
    }

    /** Takes an attribute away; ENODATA when there is none. lremovexattr(2) */
    public static void remove(Path file, String name) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(Syscall.LREMOVEXATTR, Libc.address(arena, file.toString()), Libc.address(arena, name)),
                    Syscall.LREMOVEXATTR,
                    "\"" + file + "\", " + name);
        }
    }
}
