package dev.ferry.store.snapshot;

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
record Node(int mode, long owner, long group, long size, long device, int links, Identity identity, Instant modified) {
    private static final int TYPE = 0170000;

    record Identity(long device, long inode) {}

    /** Empty when nothing is there. */
    static Optional<Node> of(Path path) throws IOException {
        try {
            Map<String, Object> a = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new Node(
                    number(a, "mode").intValue(),
                    number(a, "uid").intValue() & 0xffffffffL,
                    number(a, "gid").intValue() & 0xffffffffL,
                    number(a, "size").longValue(),
                    number(a, "rdev").longValue(),
                    number(a, "nlink").intValue(),
                    new Identity(number(a, "dev").longValue(), number(a, "ino").longValue()),
                    a.get("lastModifiedTime") instanceof FileTime time ? time.toInstant() : Instant.EPOCH));
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

    int permissions() {
        return mode & 07777;
    }

    boolean isDirectory() {
        return (mode & TYPE) == 0040000;
    }

    boolean isFile() {
        return (mode & TYPE) == 0100000;
    }

    boolean isSymbolicLink() {
        return (mode & TYPE) == 0120000;
    }

    boolean isCharacterDevice() {
        return (mode & TYPE) == 0020000;
    }

    boolean isBlockDevice() {
        return (mode & TYPE) == 0060000;
    }

    boolean isFifo() {
        return (mode & TYPE) == 0010000;
    }

    /** The kernel's mark for "a lower layer's file of this name is deleted" (overlayfs.rst, "whiteouts and opaque directories"). */
    boolean isWhiteout() {
        return isCharacterDevice() && device == 0;
    }

    /** gnu_dev_major(3) */
    int deviceMajor() {
        return (int) (((device >>> 32) & 0xfffff000L) | ((device >>> 8) & 0xfffL));
    }

    /** gnu_dev_minor(3) */
    int deviceMinor() {
        return (int) (((device >>> 12) & 0xffffff00L) | (device & 0xffL));
    }

    private static Number number(Map<String, Object> attributes, String name) {
        if (attributes.get(name) instanceof Number number) {
            return number;
        }
        throw new AssertionError("the JDK's unix view has no \"" + name + "\"");
    }
}
