package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;

/**
 * Paths inside a directory that is taken for {@code /}: whatever symbolic links say, and whoever exchanges them meanwhile, nothing outside is
 * reached. openat2(2), since Linux 5.6
 *
 * <p>What was found is a descriptor. {@code /proc/self/fd/N/name} is a name in it that no exchange of a directory above can move; only that
 * last part must not be followed.
 */
public final class RootedPaths {
    /** Links such as /proc/1/root are no paths: they lead wherever their process is. */
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;

    private static final long RESOLVE_IN_ROOT = 0x10;

    /** A rename elsewhere can make the kernel unsure whether it is still inside; it says EAGAIN then and nothing is wrong. */
    private static final int ATTEMPTS = 1000;

    private RootedPaths() {}

    /** Opens a path below {@code root}, absolute or not; flags of {@link OpenFlags}, O_CLOEXEC is added. */
    public static Fd open(Fd root, String path, int flags) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            // struct open_how { __u64 flags, mode, resolve; };
            MemorySegment how = arena.allocate(3L * Long.BYTES, Long.BYTES);
            how.set(JAVA_LONG, 0, Integer.toUnsignedLong(flags | OpenFlags.O_CLOEXEC));
            how.set(JAVA_LONG, 16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
            String name = path.isEmpty() ? "." : path;
            long result = -Errno.EAGAIN.number();
            for (int i = 0; i < ATTEMPTS && result == -Errno.EAGAIN.number(); i++) {
                result = Libc.invokeUninterrupted(
                        Syscall.OPENAT2, root.number(), Libc.address(arena, name), how.address(), how.byteSize(), 0, 0);
            }
            if (result < 0) {
                throw SyscallException.of(
                        Syscall.OPENAT2, result, "\"" + name + "\" in " + root + ", 0x" + Integer.toHexString(flags));
            }
            return Fd.adopt((int) result);
        }
    }

    /**
     * Opens a directory with O_PATH, making it and those above it where they are missing: 0755, root's. A link that leads nowhere is in
     * the way of a directory, as for mkdir(2).
     */
    public static Fd openDirectory(Fd root, String path) throws IOException {
        List<String> parts = Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty())
                .toList();
        int made = 0;
        while (true) {
            try {
                return open(root, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
            } catch (SyscallException e) {
                if (!e.is(Errno.ENOENT) || made > 0) {
                    throw e;
                }
            }
            for (int i = 0; i < parts.size(); i++) {
                made += makeIfMissing(root, parts.subList(0, i), parts.get(i));
            }
            if (made == 0) {
                // what was missing is there now: somebody else made it, or a link leads nowhere
                made = 1;
            }
        }
    }

    private static int makeIfMissing(Fd root, List<String> above, String name) throws IOException {
        if (name.equals(".") || name.equals("..")) {
            return 0;
        }
        String parent = "/" + String.join("/", above);
        try (Fd there = open(root, parent + "/" + name, OpenFlags.O_PATH)) {
            return there.isOpen() ? 0 : 1;
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
        try (Fd directory = open(root, parent, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            Files.createDirectory(OpenNodes.path(directory).resolve(name));
            try (Fd node = open(directory, name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_DIRECTORY)) {
                OpenNodes.changeMode(node, 0755);
            }
            return 1;
        }
    }
}
