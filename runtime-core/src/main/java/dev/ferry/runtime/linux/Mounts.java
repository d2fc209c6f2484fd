package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Mounts of the calling thread's mount namespace. mount(2) and the newer calls around open_tree(2) */
public final class Mounts {
    private static final int AT_RECURSIVE = OpenFlags.AT_RECURSIVE;

    private Mounts() {}

    /**
     * Mounts, binds, moves or changes, as the flags of {@link MountFlags} say. mount(2)
     *
     * @param type the file system; null for binds and changes
     * @param data options of the file system, at most a page of text; null for none
     */
    public static void mount(
            @Nullable String source, Path target, @Nullable String type, long flags, @Nullable String data)
            throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Libc.invoke(
                    Syscall.MOUNT,
                    Libc.address(arena, source),
                    Libc.address(arena, target.toString()),
                    Libc.address(arena, type),
                    flags,
                    Libc.address(arena, data));
            OpenFiles.check(
                    result,
                    Syscall.MOUNT,
                    "\"" + source + "\", \"" + target + "\", " + type + ", 0x" + Long.toHexString(flags)
                            + (data == null ? "" : ", \"" + data + "\""));
        }
    }

    /** Makes a directory or a file visible at a second place. */
    public static void bind(Path source, Path target, boolean recursive) throws SyscallException {
        mount(
                source.toString(),
                target,
                null,
                recursive ? MountFlags.MS_BIND | MountFlags.MS_REC : MountFlags.MS_BIND,
                null);
    }

    /** Takes a mount away; flags such as MNT_DETACH. Symbolic links at the end are not followed. umount2(2) */
    public static void unmount(Path target, int flags) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.UMOUNT2,
                            Libc.address(arena, target.toString()),
                            flags | MountFlags.UMOUNT_NOFOLLOW),
                    Syscall.UMOUNT2,
                    "\"" + target + "\", 0x" + Integer.toHexString(flags));
        }
    }

    /** Makes another mount the root of this mount namespace. pivot_root(2) */
    public static void pivotRoot(Path newRoot, Path oldRoot) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.PIVOT_ROOT,
                            Libc.address(arena, newRoot.toString()),
                            Libc.address(arena, oldRoot.toString())),
                    Syscall.PIVOT_ROOT,
                    "\"" + newRoot + "\", \"" + oldRoot + "\"");
        }
    }

    /** A detached copy of a mount, with those below it if recursive; gone when closed unless moved somewhere. open_tree(2) */
    public static Fd cloneTree(Path path, boolean recursive) throws SyscallException {
        int flags = MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
        try (Arena arena = Arena.ofConfined()) {
            long result =
                    Libc.invoke(Syscall.OPEN_TREE, OpenFlags.AT_FDCWD, Libc.address(arena, path.toString()), flags);
            return Fd.adopt((int) OpenFiles.check(result, Syscall.OPEN_TREE, "\"" + path + "\""));
        }
    }

    /** Attaches a detached mount. move_mount(2) */
    public static void moveMount(Fd tree, Path target) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.MOVE_MOUNT,
                            tree.number(),
                            Libc.address(arena, ""),
                            OpenFlags.AT_FDCWD,
                            Libc.address(arena, target.toString()),
                            MountFlags.MOVE_MOUNT_F_EMPTY_PATH),
                    Syscall.MOVE_MOUNT,
                    tree + ", \"" + target + "\"");
        }
    }

    /**
     * Changes attributes of a mount and, if recursive, of those below it. mount_setattr(2), since Linux 5.12
     *
     * @param propagation one of MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, or 0
     */
    public static void setAttributes(Path path, boolean recursive, long set, long clear, long propagation)
            throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(Layouts.MOUNT_ATTR.layout());
            attributes.set(JAVA_LONG, Layouts.MOUNT_ATTR.offset("attr_set"), set);
            attributes.set(JAVA_LONG, Layouts.MOUNT_ATTR.offset("attr_clr"), clear);
            attributes.set(JAVA_LONG, Layouts.MOUNT_ATTR.offset("propagation"), propagation);
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.MOUNT_SETATTR,
                            OpenFlags.AT_FDCWD,
                            Libc.address(arena, path.toString()),
                            recursive ? AT_RECURSIVE : 0,
                            attributes.address(),
                            attributes.byteSize()),
                    Syscall.MOUNT_SETATTR,
                    "\"" + path + "\", set 0x" + Long.toHexString(set) + ", clear 0x" + Long.toHexString(clear));
        }
    }

    /**
     * What statfs(2) says of the file system that holds a path.
     *
     * @param type its magic number, linux/magic.h
     * @param blockSize bytes of a block
     * @param blocks all blocks
     * @param availableBlocks blocks that an unprivileged user can still fill
     */
    public record FileSystem(long type, long blockSize, long blocks, long availableBlocks) {}

    /** The file system that holds a path. statfs(2) */
    public static FileSystem fileSystem(Path path) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(Layouts.STATFS.layout());
            OpenFiles.check(
                    Libc.invokeUninterrupted(Syscall.STATFS, Libc.address(arena, path.toString()), out.address(), 0),
                    Syscall.STATFS,
                    "\"" + path + "\"");
            return new FileSystem(
                    out.get(JAVA_LONG, Layouts.STATFS.offset("f_type")),
                    out.get(JAVA_LONG, Layouts.STATFS.offset("f_bsize")),
                    out.get(JAVA_LONG, Layouts.STATFS.offset("f_blocks")),
                    out.get(JAVA_LONG, Layouts.STATFS.offset("f_bavail")));
        }
    }
}
