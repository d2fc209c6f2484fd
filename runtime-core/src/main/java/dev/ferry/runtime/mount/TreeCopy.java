package dev.ferry.runtime.mount;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.ExtendedAttributes;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.FileIdentity;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;

/**
 * Copies what one directory holds into another that is empty and nobody else's: files, links, devices and pipes, with modes, owners, extended
 * attributes, times, and names of one file as names of one file.
 *
 * <p>The source may be changed by others meanwhile. Its directories are held open and entered one name at a time, and no link is followed, so that
 * nothing from elsewhere is copied.
 */
public final class TreeCopy {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final String ATTRIBUTES = "unix:mode,uid,gid,rdev,dev,ino,nlink,lastAccessTime,lastModifiedTime";
    private static final int PERMISSIONS = 07777;
    private static final int S_IFDIR = 0x4000;
    private static final int S_IFLNK = 0xa000;

    private final Map<FileId, Path> copied = new HashMap<>();

    private final int owner;
    private final int group;

    private TreeCopy(int owner, int group) {
        this.owner = owner;
        this.group = group;
    }

    private record FileId(Object device, Object number) {}

    private record Attributes(Map<String, Object> all) {
        static Attributes of(Path file, LinkOption... options) throws IOException {
            return new Attributes(Files.readAttributes(file, ATTRIBUTES, options));
        }

        int number(String name) {
            return ((Number) of(name)).intValue();
        }

        Object of(String name) {
            Object value = all.get(name);
            if (value == null) {
                throw new AssertionError("the file has no " + name);
            }
            return value;
        }

        int type() {
            return number("mode") & FileNodes.S_IFMT;
        }

        int permissions() {
            return number("mode") & PERMISSIONS;
        }
    }

    /**
     * Copies the contents; both are borrowed, and may be opened with O_PATH. What is made belongs to the owner of {@code to} first, who is known
     * to a file system of a user namespace as its maker must be.
     */
    public static void copyContents(Fd from, Fd to) throws IOException {
        Attributes root = Attributes.of(opened(to));
        // the identity of a thread is changed, so it is one that ends
        NamespaceThread.inNew(0, () -> {
            new TreeCopy(root.number("uid"), root.number("gid")).copyAll(from, opened(to));
            return to;
        });
    }

    private void asOwner(FileIdentity.Making making) throws IOException {
        FileIdentity.with(owner, group, making);
    }

    private static Path opened(Fd fd) {
        return DESCRIPTORS.resolve(Integer.toString(fd.number()));
    }

    private void copyAll(Fd from, Path to) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(opened(from))) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                copy(from, name, to.resolve(name));
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void copy(Fd parent, String name, Path to) throws IOException {
        Path from = opened(parent).resolve(name);
        Attributes seen = Attributes.of(from, LinkOption.NOFOLLOW_LINKS);
        switch (seen.type()) {
            case S_IFDIR -> {
                try (Fd directory = OpenFiles.openAt(
                        parent, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, 0)) {
                    asOwner(() -> Files.createDirectory(to));
                    copyAll(directory, to);
                    dress(from, Attributes.of(opened(directory)), to);
                }
            }
            case FileNodes.S_IFREG -> copyFile(parent, name, to);
            case S_IFLNK -> {
                Path target = Files.readSymbolicLink(from);
                asOwner(() -> Files.createSymbolicLink(to, target));
                dress(from, seen, to);
            }
            default -> {
                // as glibc's makedev(3)
                long device = ((Number) seen.of("rdev")).longValue();
                int major = (int) (device >>> 8 & 0xfff);
                int minor = (int) ((device & 0xff) | (device >>> 12 & 0xfff00));
                asOwner(() -> FileNodes.make(to, seen.type() | 0600, major, minor));
                dress(from, seen, to);
            }
        }
    }

    private void copyFile(Fd parent, String name, Path to) throws IOException {
        // whatever has come into its place meanwhile must not make us wait
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;
        try (Fd file = OpenFiles.openAt(parent, name, flags, 0)) {
            Attributes attributes = Attributes.of(opened(file));
            if (attributes.type() != FileNodes.S_IFREG) {
                throw new IOException("\"" + name + "\" was a file and is none any more; try again");
            }
            if (attributes.number("nlink") > 1) {
                var id = new FileId(attributes.of("dev"), attributes.of("ino"));
                Path other = copied.putIfAbsent(id, to);
                if (other != null) {
                    // whose file it is not may not link it
                    FileNodes.changeOwner(other, owner, group);
                    asOwner(() -> Files.createLink(to, other));
                    dress(opened(parent).resolve(name), attributes, to);
                    return;
                }
            }
            asOwner(() -> Files.createFile(to));
            try (FileChannel in = FileChannel.open(opened(file), StandardOpenOption.READ);
                    FileChannel out = FileChannel.open(to, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                long at = 0;
                long done = 1;
                while (done > 0) {
                    done = in.transferTo(at, Long.MAX_VALUE - at, out);
                    at += done;
                }
            }
            dress(opened(parent).resolve(name), attributes, to);
        }
    }

    /** In this order: a new owner costs a file its set-user-id bit and its rights. chown(2) */
    private static void dress(Path from, Attributes attributes, Path to) throws IOException {
        FileNodes.changeOwner(to, attributes.number("uid"), attributes.number("gid"));
        boolean link = attributes.type() == S_IFLNK;
        if (!link) {
            FileNodes.changeMode(to, attributes.permissions());
        }
        for (Map.Entry<String, byte[]> attribute : ExtendedAttributes.all(from).entrySet()) {
            try {
                ExtendedAttributes.set(to, attribute.getKey(), attribute.getValue());
            } catch (SyscallException e) {
                if (!e.is(Errno.EOPNOTSUPP)) {
                    throw e;
                }
                // a file system in memory has fewer kinds of them
            }
        }
        FileNodes.changeTimes(
                to,
                ((FileTime) attributes.of("lastAccessTime")).toInstant(),
                ((FileTime) attributes.of("lastModifiedTime")).toInstant());
    }
}
