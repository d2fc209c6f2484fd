package dev.ferry.store.snapshot;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenNodes;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.TarItem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What lstat(2) says about a file.
 *
 * @param mode st_mode, type included
 * @param identity device and inode, equal for hard links of one file
 */
public record Node(
        int mode, long owner, long group, long size, long device, int links, Identity identity, Instant modified) {
    private static final int TYPE = 0170000;

    /** What tells files apart. */
    public record Identity(long device, long inode) {}

    /** Empty when nothing is there. */
    public static Optional<Node> of(Path path) throws IOException {
        try {
            return Optional.of(of(Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (java.nio.file.FileSystemException e) {
            // ENOTDIR: a part on the way is a file, so there is nothing here either
            if (e.getReason() != null && e.getReason().startsWith("Not a directory")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Of what a descriptor stands for, a symbolic link too. */
    public static Node of(Fd opened) throws IOException {
        // following /proc/self/fd/N ends at the file itself: it is no path that is looked up again
        return of(Files.readAttributes(OpenNodes.path(opened), "unix:*"));
    }

    private static Node of(Map<String, Object> a) {
        return new Node(
                number(a, "mode").intValue(),
                number(a, "uid").intValue() & 0xffffffffL,
                number(a, "gid").intValue() & 0xffffffffL,
                number(a, "size").longValue(),
                number(a, "rdev").longValue(),
                number(a, "nlink").intValue(),
                new Identity(number(a, "dev").longValue(), number(a, "ino").longValue()),
                a.get("lastModifiedTime") instanceof FileTime time ? time.toInstant() : Instant.EPOCH);
    }

    /** The twelve bits of chmod(2). */
    public int permissions() {
        return mode & 07777;
    }

    /** S_ISDIR, inode(7) */
    public boolean isDirectory() {
        return (mode & TYPE) == 0040000;
    }

    /** S_ISREG, inode(7) */
    public boolean isFile() {
        return (mode & TYPE) == 0100000;
    }

    /** S_ISLNK, inode(7) */
    public boolean isSymbolicLink() {
        return (mode & TYPE) == 0120000;
    }

    /** S_ISCHR, inode(7) */
    public boolean isCharacterDevice() {
        return (mode & TYPE) == 0020000;
    }

    /** S_ISBLK, inode(7) */
    public boolean isBlockDevice() {
        return (mode & TYPE) == 0060000;
    }

    /** S_ISFIFO, inode(7) */
    public boolean isFifo() {
        return (mode & TYPE) == 0010000;
    }

    /** The kernel's mark for "a lower layer's file of this name is deleted" (overlayfs.rst, "whiteouts and opaque directories"). */
    public boolean isWhiteout() {
        return isCharacterDevice() && device == 0;
    }

    /** gnu_dev_major(3) */
    public int deviceMajor() {
        return (int) (((device >>> 32) & 0xfffff000L) | ((device >>> 8) & 0xfffL));
    }

    /** gnu_dev_minor(3) */
    public int deviceMinor() {
        return (int) (((device >>> 12) & 0xffffff00L) | (device & 0xffL));
    }

    /** What it is in a tar; empty for a socket, which is in none: whoever listened on it is not. */
    public Optional<TarItem.Kind> kind() {
        return switch (mode & TYPE) {
            case 0100000 -> Optional.of(TarItem.Kind.FILE);
            case 0040000 -> Optional.of(TarItem.Kind.DIRECTORY);
            case 0120000 -> Optional.of(TarItem.Kind.SYMBOLIC_LINK);
            case 0020000 -> Optional.of(TarItem.Kind.CHARACTER_DEVICE);
            case 0060000 -> Optional.of(TarItem.Kind.BLOCK_DEVICE);
            case 0010000 -> Optional.of(TarItem.Kind.FIFO);
            default -> Optional.empty();
        };
    }

    /**
     * Its entry in a tar.
     *
     * @param kind its own, or a hard link
     * @param target of a link of either kind, else empty
     */
    public TarItem item(TarItem.Kind kind, ArchivePath path, String target, Map<String, byte[]> attributes) {
        boolean special = kind == TarItem.Kind.CHARACTER_DEVICE || kind == TarItem.Kind.BLOCK_DEVICE;
        return new TarItem(
                kind,
                path,
                target,
                permissions(),
                owner,
                group,
                modified,
                kind == TarItem.Kind.FILE ? size : 0,
                special ? deviceMajor() : 0,
                special ? deviceMinor() : 0,
                attributes);
    }

    private static Number number(Map<String, Object> attributes, String name) {
        if (attributes.get(name) instanceof Number number) {
            return number;
        }
        throw new AssertionError("the JDK's unix view has no \"" + name + "\"");
    }
}
