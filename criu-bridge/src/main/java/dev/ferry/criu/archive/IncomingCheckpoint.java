package dev.ferry.criu.archive;

import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CriuException;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A checkpoint whose files come from somewhere else, each from front to back. Sums are taken over the bytes as they come, so that nothing is
 * read again at the end, and they are sent to the disk early. Names are not trusted: only those that a checkpoint can have are written,
 * directly below directories that were made here. One thread at a time.
 */
public final class IncomingCheckpoint implements AutoCloseable {
    private static final Set<String> TOP = Set.of(
            CheckpointDirectory.CONFIG,
            CheckpointDirectory.SPEC,
            CheckpointDirectory.ROOTFS_DIFF,
            CheckpointDirectory.DELETED_FILES,
            CheckpointDirectory.UNREAD_STDIN);
    private static final Pattern IMAGE =
            Pattern.compile(Pattern.quote(CheckpointDirectory.IMAGES) + "/[A-Za-z0-9][A-Za-z0-9._-]{0,200}");
    private static final int MOST_FILES = 100_000;
    private static final int MOST_MANIFEST = 64 << 20;
    private static final int STEP = 4 << 20;

    private final CheckpointDirectory directory;
    private final Map<String, File> files = new TreeMap<>();

    private static final class File implements AutoCloseable {
        private final FileChannel channel;
        private final Fd fd;
        private final ChunkSums sums = new ChunkSums();
        private long sentToDisk;

        File(Path path) throws IOException {
            this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            this.fd = OpenFiles.open(path, OpenFlags.O_RDONLY);
        }

        void append(ByteBuffer bytes) throws IOException {
            sums.update(bytes.duplicate());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            long whole = sums.size() - sums.size() % STEP;
            if (whole > sentToDisk) {
                OpenFiles.beginWriteback(fd, sentToDisk, whole - sentToDisk);
                sentToDisk = whole;
            }
        }

        @Override
        public void close() throws IOException {
            fd.close();
            channel.close();
        }
    }

    IncomingCheckpoint(CheckpointDirectory directory) {
        this.directory = directory;
    }

    /** How many bytes of a file have come, 0 of one that has not begun. */
    public long size(String name) {
        File file = files.get(name);
        return file == null ? 0 : file.sums.size();
    }

    /** How many bytes of each file have come. */
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        files.forEach((name, file) -> sizes.put(name, file.sums.size()));
        return sizes;
    }

    /**
     * Appends to a file.
     *
     * @param offset where the bytes belong, which must be behind those that are there
     * @throws CheckpointDamaged for a name that no file of a checkpoint has
     */
    public void write(String name, long offset, ByteBuffer bytes) throws IOException, CheckpointDamaged {
        File file = files.get(name);
        if (file == null) {
            if (!TOP.contains(name) && !IMAGE.matcher(name).matches()) {
                throw new CheckpointDamaged(directory.path(), name, "is no name that a file of a checkpoint has");
            }
            if (files.size() == MOST_FILES) {
                throw new CheckpointDamaged(directory.path(), name, "is one file too many");
            }
            file = new File(directory.file(name));
            files.put(name, file);
        }
        if (offset != file.sums.size()) {
            throw new IOException(
                    "file \"" + name + "\" goes on at " + offset + ", " + file.sums.size() + " bytes are here");
        }
        file.append(bytes);
    }

    /**
     * Compares what has come with the manifest, and makes it a checkpoint, durably.
     *
     * @param text the manifest's own bytes
     * @throws CriuException when a file is missing, is not named, or has other bytes; naming it
     */
    public Manifest complete(String text) throws CriuException, IOException {
        if (text.length() > MOST_MANIFEST) {
            throw new CheckpointDamaged(
                    directory.path(), CheckpointDirectory.MANIFEST, "is larger than " + MOST_MANIFEST + " bytes");
        }
        Manifest manifest = Manifest.parse(directory.path(), text.getBytes(StandardCharsets.UTF_8));
        for (FileRecord record : manifest.files()) {
            File file = files.get(record.name());
            if (file == null) {
                // an empty file has no byte that could have come
                write(record.name(), 0, ByteBuffer.allocate(0));
                file = files.get(record.name());
            }
            require(record, file == null ? new FileRecord(record.name(), 0, "") : file.sums.finish(record.name()));
        }
        if (files.size() != manifest.files().size()) {
            Set<String> unknown = new java.util.TreeSet<>(files.keySet());
            manifest.files().forEach(file -> unknown.remove(file.name()));
            throw new CheckpointDamaged(directory.path(), unknown.iterator().next(), "is not in the manifest");
        }
        close();
        directory.commit(manifest);
        return manifest;
    }

    private void require(FileRecord wanted, FileRecord come) throws CheckpointDamaged {
        if (come.size() != wanted.size()) {
            throw new CheckpointDamaged(
                    directory.path(), wanted.name(), "came with " + come.size() + " bytes instead of " + wanted.size());
        }
        if (!come.equals(wanted)) {
            throw new CheckpointDamaged(directory.path(), wanted.name(), "came with other bytes than were sent");
        }
    }

    /** Lets go of the files; what is there stays. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (File file : files.values()) {
            try {
                file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
