package dev.ferry.store.files;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.OpenNodes;
import dev.ferry.runtime.linux.RootedPaths;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSource;
import dev.ferry.store.snapshot.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Turns the entries of a tar into files of a container that may be running.
 *
 * <p>Everything but a directory is made under a name of its own, described through its descriptor, and renamed to its place: the container
 * sees the old file or the whole new one, and a tar that is cut short leaves no half of one. A name that would be followed is never used
 * twice: between two uses the container may have exchanged it.
 */
final class LiveUnpacking implements AutoCloseable {
    private static final String TEMPORARY = ".ferry-cp-";
    private static final int CHUNK = 1 << 16;
    private static final long LARGEST_ID = 0xfffffffeL;

    private final Fd root;
    private final String top;
    private final UnpackOptions options;
    private final Map<ArchivePath, Instant> directoryTimes = new LinkedHashMap<>();
    private @Nullable ArchivePath lastPath;
    private @Nullable Fd lastDirectory;

    /**
     * Below a directory.
     *
     * @param top the directory's path in the container
     */
    LiveUnpacking(Fd root, String top, UnpackOptions options) {
        this.root = root;
        this.top = top;
        this.options = options;
    }

    void unpack(TarSource tar) throws IOException {
        for (Optional<TarItem> item = tar.next(); item.isPresent(); item = tar.next()) {
            options.watch().look();
            TarItem entry = item.get();
            if (entry.owner() < 0 || entry.owner() > LARGEST_ID || entry.group() < 0 || entry.group() > LARGEST_ID) {
                throw new ArchiveRefused("\"" + entry.path() + "\" has an impossible owner");
            }
            if (!entry.path().isTop()) { // the directory that is unpacked into is described by nobody: it is there
                make(entry, tar);
            }
        }
        for (Map.Entry<ArchivePath, Instant> each : directoryTimes.entrySet()) {
            try (Fd directory =
                    RootedPaths.open(root, top + "/" + each.getKey(), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
                OpenNodes.changeTimes(directory, each.getValue(), each.getValue());
            } catch (SyscallException e) {
                if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR)) {
                    throw e; // else the container has taken it away
                }
            }
        }
        options.watch().look();
    }

    private void make(TarItem item, TarSource tar) throws IOException {
        Fd directory = directoryOf(item.path());
        Path there = OpenNodes.path(directory);
        Path place = there.resolve(item.path().name());
        Node before = Node.of(place).orElse(null);
        boolean isDirectory = item.kind() == TarItem.Kind.DIRECTORY;
        if (before != null && before.isDirectory() != isDirectory) {
            if (options.keepKinds()) {
                throw new PathRefused(
                        isDirectory
                                ? "cannot overwrite non-directory \"" + shown(item) + "\" with directory \"" + top
                                        + "\""
                                : "cannot overwrite directory \"" + shown(item) + "\" with non-directory \"" + top
                                        + "\"");
            }
            delete(directory, item.path().name(), before);
            forget();
            directory = directoryOf(item.path());
            there = OpenNodes.path(directory);
            place = there.resolve(item.path().name());
        }
        if (isDirectory) {
            makeDirectory(directory, item);
            return;
        }
        Path temporary = there.resolve(
                TEMPORARY + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        boolean kept = false;
        try {
            switch (item.kind()) {
                case FILE -> writeFile(directory, String.valueOf(temporary.getFileName()), item, tar);
                case SYMBOLIC_LINK -> {
                    if (item.target().isEmpty() || item.target().indexOf('\0') >= 0) {
                        throw new ArchiveRefused("symbolic link \"" + item.path() + "\" leads nowhere");
                    }
                    Files.createSymbolicLink(temporary, Path.of(item.target()));
                    describe(directory, temporary, item);
                }
                case HARD_LINK -> {
                    link(temporary, place, item, tar);
                    // rename(2) of one name of a file to another does nothing, and leaves both
                    Files.deleteIfExists(place);
                }
                case CHARACTER_DEVICE -> device(directory, temporary, FileNodes.S_IFCHR, item);
                case BLOCK_DEVICE -> device(directory, temporary, FileNodes.S_IFBLK, item);
                case FIFO -> device(directory, temporary, FileNodes.S_IFIFO, item);
                case DIRECTORY -> throw new AssertionError("a directory is made in its place");
            }
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
            kept = true;
        } finally {
            if (!kept) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    private void makeDirectory(Fd parent, TarItem item) throws IOException {
        try {
            Files.createDirectory(OpenNodes.path(parent).resolve(item.path().name()));
        } catch (FileAlreadyExistsException e) {
            // then it is described anew
        }
        try (Fd node = OpenFiles.openAt(
                parent, item.path().name(), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_DIRECTORY, 0)) {
            describe(node, item);
        }
        directoryTimes.put(item.path(), time(item));
    }

    private void device(Fd directory, Path temporary, int type, TarItem item) throws IOException {
        FileNodes.make(temporary, type | 0600, item.deviceMajor(), item.deviceMinor());
        describe(directory, temporary, item);
    }

    private void link(Path temporary, Path place, TarItem item, TarSource tar) throws IOException {
        ArchivePath name = tar.linkTarget(item);
        if (name.isTop()) {
            throw new ArchiveRefused("hard link \"" + item.path() + "\" leads to a directory");
        }
        try (Fd directory =
                RootedPaths.open(root, top + "/" + name.parent(), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            // link(2) does not follow what it links to
            Files.createLink(temporary, OpenNodes.path(directory).resolve(name.name()));
        } catch (java.nio.file.NoSuchFileException e) {
            throw new ArchiveRefused(
                    "hard link \"" + item.path() + "\" leads to \"" + item.target() + "\", which is not there", e);
        }
        if (Node.of(temporary).filter(node -> node.isDirectory()).isPresent()) {
            throw new AssertionError("link(2) links no directories: " + place);
        }
    }

    private void writeFile(Fd directory, String name, TarItem item, TarSource tar) throws IOException {
        try (Fd file = OpenFiles.openAt(
                        directory,
                        name,
                        OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW,
                        0600);
                InputStream content = tar.content()) {
            long at = 0;
            for (byte[] bytes = content.readNBytes(CHUNK); bytes.length > 0; bytes = content.readNBytes(CHUNK)) {
                if (!isZero(bytes)) { // zeros become a hole: sparse files stay sparse
                    OpenFiles.writeAt(file, at, bytes);
                }
                at += bytes.length;
            }
            if (at != item.size()) {
                throw new ArchiveRefused("\"" + item.path() + "\" is cut short");
            }
            OpenFiles.truncate(file, at);
            describe(file, item);
        }
    }

    private static boolean isZero(byte[] bytes) {
        for (byte each : bytes) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    private void describe(Fd directory, Path temporary, TarItem item) throws IOException {
        try (Fd node = OpenFiles.openAt(
                directory, String.valueOf(temporary.getFileName()), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0)) {
            describe(node, item);
        }
    }

    /** Owner before permissions before attributes: a change of owner takes set-user-id bits and capabilities away, chown(2). */
    private void describe(Fd node, TarItem item) throws IOException {
        UnpackOptions.Owner owner =
                options.owner().orElseGet(() -> new UnpackOptions.Owner((int) item.owner(), (int) item.group()));
        OpenNodes.changeOwner(node, owner.user(), owner.group());
        if (item.kind() != TarItem.Kind.SYMBOLIC_LINK) {
            OpenNodes.changeMode(node, item.mode());
        }
        for (Map.Entry<String, byte[]> attribute : item.attributes().entrySet()) {
            attribute(node, attribute.getKey(), attribute.getValue());
        }
        OpenNodes.changeTimes(node, time(item), time(item));
    }

    private static void attribute(Fd node, String name, byte[] value) throws IOException {
        if (name.startsWith("trusted.overlay.")
                || name.startsWith("user.overlay.")
                || name.equals("security.selinux")) {
            return; // of the file system, or of the host, that made the tar
        }
        try {
            OpenNodes.setAttribute(node, name, value);
        } catch (SyscallException e) {
            // as docker: refused on links and devices, or by the file system; what gives rights must not get lost
            // silently
            boolean harmless = e.is(Errno.EOPNOTSUPP) || (e.is(Errno.EPERM) && name.startsWith("user."));
            if (!harmless || name.equals("security.capability")) {
                throw e;
            }
        }
    }

    private static Instant time(TarItem item) {
        return item.modified().isBefore(Instant.EPOCH) ? Instant.EPOCH : item.modified();
    }

    /** Every step by a descriptor: a directory that becomes a link meanwhile is not entered. */
    private static void delete(Fd directory, String name, Node node) throws IOException {
        try (var stream = Files.newDirectoryStream(OpenNodes.path(directory))) {
            if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
                throw new AssertionError("directories of Linux are read by descriptor");
            }
            delete(secure, Path.of(name), node.isDirectory());
        }
    }

    private static void delete(SecureDirectoryStream<Path> above, Path name, boolean isDirectory) throws IOException {
        if (!isDirectory) {
            above.deleteFile(name);
            return;
        }
        try (SecureDirectoryStream<Path> inside = above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : inside) {
                Path below = entry.getFileName();
                delete(
                        inside,
                        below,
                        inside.getFileAttributeView(
                                        below,
                                        java.nio.file.attribute.BasicFileAttributeView.class,
                                        LinkOption.NOFOLLOW_LINKS)
                                .readAttributes()
                                .isDirectory());
            }
        }
        above.deleteDirectory(name);
    }

    /** Where an entry goes; what is missing on the way is made. Valid until the next entry. */
    private Fd directoryOf(ArchivePath path) throws IOException {
        ArchivePath above = path.parent();
        if (lastDirectory == null || !above.equals(lastPath)) {
            forget();
            try {
                lastDirectory = RootedPaths.openDirectory(root, top + "/" + above);
            } catch (FileAlreadyExistsException e) {
                throw new PathRefused("\"" + top + "/" + path + "\" goes through something that is no directory", e);
            }
            lastPath = above;
        }
        return lastDirectory;
    }

    private void forget() {
        Fd directory = lastDirectory;
        lastDirectory = null;
        lastPath = null;
        if (directory != null) {
            directory.close();
        }
    }

    private String shown(TarItem item) {
        String path = String.join("/", Arrays.asList(top, item.path().toString()));
        return path.replaceAll("/+", "/");
    }

    @Override
    public void close() {
        forget();
    }
}
