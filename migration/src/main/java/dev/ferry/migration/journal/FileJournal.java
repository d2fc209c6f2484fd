package dev.ferry.migration.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A journal in plain files: appended, then fdatasync(2). Each file is a segment, named after the first sequence number in it.
 *
 * <p>Of the threads that wait in {@link #append}, one writes what all of them brought, syncs once, and lets them go; who comes meanwhile waits
 * for the next round. Every opening begins a new segment: the end of the last one may be torn, and nothing is ever written behind that.
 */
public final class FileJournal implements MigrationJournal {
    /** How much room on the disk is left to others; a batch is far smaller. */
    public static final long DEFAULT_RESERVE = 16 << 20;

    private static final String FROM_BACKUP = "bring back the files of the journal from a backup";
    private static final String SUFFIX = ".journal";
    private static final long SEGMENT = 16 << 20;

    private final Path directory;
    private final long reserve;
    private final FileChannel lockFile;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition written = lock.newCondition();
    /** First sequence number to file, those of the segment that is written included. */
    private final NavigableMap<Long, Path> segments;

    private List<JournalEntry> waiting = new ArrayList<>();
    private long next;
    private long durable;
    private boolean writing;
    private boolean closed;
    private @Nullable IOException failure;
    private @Nullable FileChannel segment;

    private FileJournal(
            Path directory, long reserve, FileChannel lockFile, NavigableMap<Long, Path> segments, long next) {
        this.directory = directory;
        this.reserve = reserve;
        this.lockFile = lockFile;
        this.segments = segments;
        this.next = next;
        this.durable = next - 1;
    }

    /** As {@link #open(Path, Replay, long)} with {@link #DEFAULT_RESERVE}. */
    public static FileJournal open(Path directory, Replay replay) throws IOException {
        return open(directory, replay, DEFAULT_RESERVE);
    }

    /**
     * Opens a journal, made if missing, and replays it.
     *
     * @param reserve bytes that must be free on its disk for anything to be written
     * @throws JournalDamaged when entries are missing in the middle, or were written by a newer engine
     * @throws IOException also when another engine has it open
     */
    public static FileJournal open(Path directory, Replay replay, long reserve) throws IOException {
        Files.createDirectories(directory);
        FileChannel lockFile =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean done = false;
        try {
            requireAlone(directory, lockFile);
            NavigableMap<Long, Path> segments = segments(directory);
            long next = replay(segments, replay);
            FileJournal journal = new FileJournal(directory, reserve, lockFile, segments, next);
            done = true;
            return journal;
        } finally {
            if (!done) {
                lockFile.close();
            }
        }
    }

    private static void requireAlone(Path directory, FileChannel lockFile) throws IOException {
        FileLock held;
        try {
            held = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            throw new IOException(
                    "the journal in \"" + directory + "\" is open in another engine; stop that one first");
        }
    }

    private static NavigableMap<Long, Path> segments(Path directory) throws IOException {
        var segments = new TreeMap<Long, Path>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                try {
                    segments.put(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())), file);
                } catch (NumberFormatException e) {
                    throw new JournalDamaged(
                            file.toString(), "has a name that no segment has", "move the file out of the journal");
                }
            }
        }
        return segments;
    }

    /** Reads each segment up to its end or its torn entry, where the next one has to begin. Returns the next sequence number. */
    private static long replay(NavigableMap<Long, Path> segments, Replay replay) throws IOException {
        long expected = segments.isEmpty() ? 1 : segments.firstKey();
        for (var named : segments.entrySet()) {
            String file = named.getValue().toString();
            if (named.getKey() != expected) {
                throw new JournalDamaged(
                        file,
                        "begins with entry " + named.getKey() + ", but the entry before it is " + (expected - 1),
                        FROM_BACKUP);
            }
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(named.getValue()));
            while (true) {
                Optional<EntryCodec.Read> read = EntryCodec.read(bytes, file);
                if (read.isEmpty() || read.get().entry().sequence() != expected) {
                    break;
                }
                replay.entry(read.get().entry());
                expected++;
            }
            if (EntryCodec.wasAcknowledged(expected, bytes, file)) {
                throw new JournalDamaged(file, "has lost entry " + expected + ", which was durable", FROM_BACKUP);
            }
        }
        return expected;
    }

    @Override
    public long append(int type, long epoch, String payload) throws JournalException {
        lock.lock();
        try {
            requireUsable();
            requireRoom();
            long sequence = next;
            waiting.add(new JournalEntry(sequence, type, epoch, Instant.now().truncatedTo(ChronoUnit.MICROS), payload));
            next++;
            while (durable < sequence) {
                if (failure != null) {
                    throw new JournalFailed(directory.toString(), failure);
                }
                if (writing) {
                    written.awaitUninterruptibly();
                } else {
                    writeBatch();
                }
            }
            return sequence;
        } finally {
            lock.unlock();
        }
    }

    private void requireUsable() throws JournalException {
        if (failure != null) {
            throw new JournalFailed(directory.toString(), failure);
        }
        if (closed) {
            throw new JournalFailed(directory.toString(), new IOException("it is closed"));
        }
    }

    private void requireRoom() throws JournalException {
        long usable;
        try {
            usable = Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw new JournalFailed(directory.toString(), e);
        }
        if (usable < reserve) {
            throw new JournalFull(directory.toString(), usable, reserve);
        }
    }

    /** Preconditions: holds the lock, nobody writes. Gives the lock up while it writes. */
    private void writeBatch() {
        List<JournalEntry> batch = waiting;
        long acknowledged = durable;
        long last = next - 1;
        waiting = new ArrayList<>();
        writing = true;
        IOException failed = null;
        lock.unlock();
        try {
            write(batch, acknowledged);
        } catch (IOException e) {
            failed = e;
        } finally {
            lock.lock();
            writing = false;
            if (failed == null) {
                durable = last;
            } else {
                failure = failed;
            }
            written.signalAll();
        }
    }

    /** By one thread at a time. */
    private void write(List<JournalEntry> batch, long acknowledged) throws IOException {
        FileChannel file = segment;
        if (file == null || file.position() > SEGMENT) {
            file = nextSegment(batch.getFirst().sequence());
        }
        List<byte[]> encoded = batch.stream()
                .map(entry -> EntryCodec.write(entry, acknowledged))
                .toList();
        ByteBuffer all = ByteBuffer.allocate(
                encoded.stream().mapToInt(bytes -> bytes.length).sum());
        encoded.forEach(all::put);
        all.flip();
        while (all.hasRemaining()) {
            file.write(all);
        }
        file.force(false);
    }

    private FileChannel nextSegment(long first) throws IOException {
        Path path = directory.resolve("%020d%s".formatted(first, SUFFIX));
        // one of that name holds no whole entry: it would have been counted
        FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        FileChannel before = segment;
        segment = file;
        if (before != null) {
            before.close();
        }
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
        lock.lock();
        try {
            segments.put(first, path);
        } finally {
            lock.unlock();
        }
        return file;
    }

    @Override
    public void forgetBefore(long sequence) throws JournalException {
        lock.lock();
        try {
            requireUsable();
            Long following = segments.higherKey(segments.isEmpty() ? sequence : segments.firstKey());
            while (following != null && following <= sequence) {
                Files.deleteIfExists(segments.firstEntry().getValue());
                segments.pollFirstEntry();
                following = segments.higherKey(segments.firstKey());
            }
        } catch (IOException e) {
            throw new JournalFailed(directory.toString(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws JournalException {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            while (writing || (!waiting.isEmpty() && failure == null)) {
                written.awaitUninterruptibly();
            }
            if (segment != null) {
                segment.close();
            }
            lockFile.close();
        } catch (IOException e) {
            throw new JournalFailed(directory.toString(), e);
        } finally {
            lock.unlock();
        }
    }
}
