package dev.ferry.criu.archive;

import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CheckpointIncompatible;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one checkpoint. It is made by {@link #create}, becomes a checkpoint with {@link #commit} and not a moment earlier, and is
 * looked at with {@link #manifest} and {@link #verify}.
 */
public final class CheckpointDirectory {
    /** Names every other file; the checkpoint exists from the moment it exists. */
    public static final String MANIFEST = "manifest.json";
    /** CRIU's images. */
    public static final String IMAGES = "checkpoint";
    /** The engine's record of the container. */
    public static final String CONFIG = "config.dump";
    /** The container's OCI configuration. */
    public static final String SPEC = "spec.dump";
    /** Files of the writable layer. */
    public static final String ROOTFS_DIFF = "rootfs-diff.tar";
    /** Names that the writable layer deletes: a JSON array. */
    public static final String DELETED_FILES = "deleted.files";
    /** CRIU's log of the dump; written on after the commit, hence not in the manifest. */
    public static final String DUMP_LOG = "dump.log";
    /** CRIU's figures of the dump; written after the commit, hence not in the manifest. */
    public static final String STATISTICS = "stats-dump";
    /** What had been written to the container's standard input and not been read by it. */
    public static final String UNREAD_STDIN = "stdin.unread";

    private static final String UNCOMMITTED = MANIFEST + ".new";
    private static final int SYNC_THREADS = 8;

    private final Path path;

    private CheckpointDirectory(Path path) {
        this.path = path.toAbsolutePath().normalize();
    }

    /** An existing directory; nothing is looked at yet. */
    public static CheckpointDirectory of(Path path) {
        return new CheckpointDirectory(path);
    }

    /**
     * Makes the directory and its place for images, readable by the owner only: memory of a container holds secrets.
     *
     * @throws java.nio.file.FileAlreadyExistsException if something of that name exists
     */
    public static CheckpointDirectory create(Path path) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(parent(path));
        Files.createDirectory(path, ownerOnly);
        Files.createDirectory(path.resolve(IMAGES), ownerOnly);
        return new CheckpointDirectory(path);
    }

    /**
     * Makes a directory for a checkpoint that comes from elsewhere.
     *
     * @throws java.nio.file.FileAlreadyExistsException if something of that name exists
     */
    public static IncomingCheckpoint receive(Path path) throws IOException {
        return new IncomingCheckpoint(create(path));
    }

    public Path path() {
        return path;
    }

    /** Where CRIU's images lie. */
    public Path images() {
        return path.resolve(IMAGES);
    }

    /** A file of this checkpoint by one of the names of this class. */
    public Path file(String name) {
        return path.resolve(name);
    }

    /** Whether {@link #commit} has come to its end. */
    public boolean isCommitted() {
        return Files.exists(path.resolve(MANIFEST));
    }

    /**
     * Reads and checks the manifest.
     *
     * @throws CheckpointDamaged if it is absent or not as it was written
     * @throws CheckpointIncompatible if a newer release has written it
     */
    public Manifest manifest() throws IOException, CheckpointDamaged, CheckpointIncompatible {
        try {
            return Manifest.parse(path, Files.readAllBytes(path.resolve(MANIFEST)));
        } catch (NoSuchFileException e) {
            throw new CheckpointDamaged(path, MANIFEST, "is missing");
        }
    }

    /**
     * Checks every byte of every file against the manifest, and that no other file lies among the images, with all processors.
     *
     * @throws CheckpointDamaged naming the first file that differs
     */
    public void verify(Manifest manifest) throws IOException, CheckpointDamaged, InterruptedException {
        refuseUnknownImages(manifest);
        new Verification(path, manifest.files()).run();
    }

    /**
     * Checks some files only: what is needed before the rest has been looked at.
     *
     * @throws CheckpointDamaged naming the first file that differs
     */
    public void verifyOnly(Manifest manifest, Set<String> names)
            throws IOException, CheckpointDamaged, InterruptedException {
        new Verification(
                        path,
                        manifest.files().stream()
                                .filter(file -> names.contains(file.name()))
                                .toList())
                .run();
    }

    private void refuseUnknownImages(Manifest manifest) throws IOException, CheckpointDamaged {
        List<String> known = manifest.files().stream().map(FileRecord::name).toList();
        for (String name : names(path.resolve(IMAGES))) {
            if (!known.contains(name)) {
                throw new CheckpointDamaged(path, name, "is not in the manifest");
            }
        }
    }

    /**
     * Makes this directory a checkpoint: makes every file durable, then the manifest under its name.
     *
     * @throws IOException when the disk is full, for instance; then it is no checkpoint
     */
    public void commit(Manifest manifest) throws IOException {
        Path temporary = path.resolve(UNCOMMITTED);
        Files.write(temporary, manifest.toBytes());
        List<String> names =
                new ArrayList<>(manifest.files().stream().map(FileRecord::name).toList());
        names.add(UNCOMMITTED);
        syncFiles(names);
        Files.move(temporary, path.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
        sync(path);
        sync(parent(path));
    }

    /**
     * All are sent to the disk first and waited for afterwards, many at a time: they then share commits of the file system's journal, which is
     * what takes the time.
     */
    private void syncFiles(List<String> all) throws IOException {
        for (String name : all) {
            try (Fd fd = OpenFiles.open(path.resolve(name), OpenFlags.O_RDONLY)) {
                OpenFiles.beginWriteback(fd, 0, 0);
            }
        }
        Queue<String> names = new ConcurrentLinkedQueue<>(all);
        AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < SYNC_THREADS; i++) {
            threads.add(Thread.ofPlatform().name("sync-" + i).start(() -> {
                for (String name = names.poll(); name != null; name = names.poll()) {
                    try {
                        sync(path.resolve(name));
                    } catch (IOException e) {
                        failure.compareAndSet(null, e);
                    }
                }
            }));
        }
        threads.forEach(Uninterrupted::join);
        IOException first = failure.get();
        if (first != null) {
            throw first;
        }
        sync(images());
    }

    private static Path parent(Path path) {
        return path.toAbsolutePath().normalize().resolveSibling("");
    }

    /** Names of all files that a manifest must name, relative to the directory, sorted. */
    List<String> fileNames() throws IOException {
        return names(path).stream()
                .filter(name -> !name.startsWith(MANIFEST) && !name.equals(DUMP_LOG) && !name.equals(STATISTICS))
                .sorted()
                .toList();
    }

    private List<String> names(Path below) throws IOException {
        if (!Files.isDirectory(below, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(below)) {
            walk.filter(each -> !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
                    .forEach(each -> names.add(path.relativize(each).toString()));
        }
        return names;
    }

    /** Makes the bytes of a file, or the names inside a directory, durable. fsync(2) */
    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Removes the directory with all it holds. The manifest goes first, so that half a checkpoint is never one. */
    public void delete() throws IOException {
        Files.deleteIfExists(path.resolve(MANIFEST));
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
