package dev.ferry.migration.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What all journals have in common. Each file or directory is a segment, named after the first sequence number in it.
 *
 * <p>Of the threads that wait in {@link #append}, one writes what all of them brought, syncs once, and lets them go; who comes meanwhile waits
 * for the next round. Every opening begins a new segment: the end of the last one may be torn, and nothing is ever written behind that.
 */
public final class SegmentedJournal implements MigrationJournal {
    /** How the name of a segment ends that is being deleted. */
    private static final String FORGOTTEN = ".forgotten";

    /** New segments are of the first. */
    private final List<SegmentFormat> formats;

    private final Path directory;
    private final FileStore disk;
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
    private @Nullable Throwable failure;
    private @Nullable Segment segment;

    private SegmentedJournal(
            List<SegmentFormat> formats,
            Path directory,
            FileStore disk,
            long reserve,
            FileChannel lockFile,
            NavigableMap<Long, Path> segments,
            long next) {
        this.formats = List.copyOf(formats);
        this.directory = directory;
        this.disk = disk;
        this.reserve = reserve;
        this.lockFile = lockFile;
        this.segments = segments;
        this.next = next;
        this.durable = next - 1;
    }

    /**
     * Opens a journal, made if missing, and replays it.
     *
     * @param reserve bytes that must be free on its disk for anything to be written
     * @throws JournalDamaged when entries are missing in the middle, or were written by a newer engine
     * @throws IOException also when another engine has it open
     */
    public static SegmentedJournal open(SegmentFormat format, Path directory, Replay replay, long reserve)
            throws IOException {
        return open(List.of(format), directory, replay, reserve);
    }

    /** The same of a journal that may have segments of several formats; new ones are of the first. */
    public static SegmentedJournal open(List<SegmentFormat> formats, Path directory, Replay replay, long reserve)
            throws IOException {
        Files.createDirectories(directory);
        FileChannel lockFile =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean done = false;
        try {
            requireAlone(directory, lockFile);
            deleteForgotten(formats, directory);
            NavigableMap<Long, Path> segments = segments(formats, directory);
            long next = replay(formats, segments, replay);
            if (!segments.isEmpty()) {
                sync(segments.lastEntry().getValue());
            }
            var journal = new SegmentedJournal(
                    formats, directory, Files.getFileStore(directory), reserve, lockFile, segments, next);
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

    private static void deleteForgotten(List<SegmentFormat> formats, Path directory) throws IOException {
        for (SegmentFormat format : formats) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + format.suffix() + FORGOTTEN)) {
                for (Path file : files) {
                    format.delete(file);
                }
            }
        }
    }

    private static NavigableMap<Long, Path> segments(List<SegmentFormat> formats, Path directory) throws IOException {
        var segments = new TreeMap<Long, Path>();
        for (SegmentFormat format : formats) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + format.suffix())) {
                for (Path file : files) {
                    long first = first(file, format);
                    if (segments.putIfAbsent(first, file) != null) {
                        throw new JournalDamaged(
                                file.toString(),
                                "begins with the same entry as \"" + segments.get(first) + "\"",
                                "move the one that holds nothing out of the journal");
                    }
                }
            }
        }
        return segments;
    }

    private static long first(Path file, SegmentFormat format) throws JournalDamaged {
        String name = file.getFileName().toString();
        try {
            return Long.parseLong(
                    name.substring(0, name.length() - format.suffix().length()));
        } catch (NumberFormatException e) {
            throw new JournalDamaged(
                    file.toString(), "has a name that no segment has", "move the file out of the journal");
        }
    }

    private static SegmentFormat formatOf(Path segment, List<SegmentFormat> formats) {
        return formats.stream()
                .filter(format -> segment.toString().endsWith(format.suffix()))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the next sequence number. */
    private static long replay(List<SegmentFormat> formats, NavigableMap<Long, Path> segments, Replay replay)
            throws IOException {
        var reader = new SegmentReader(replay);
        for (var named : segments.entrySet()) {
            reader.begin(named.getValue().toString(), named.getKey());
            formatOf(named.getValue(), formats).read(named.getValue(), reader);
        }
        return segments.isEmpty() ? 1 : reader.expected();
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
                } else if (Thread.currentThread().isVirtual()) {
                    // it would keep its carrier as long as the disk takes
                    Thread writer = Thread.ofPlatform().name("journal").unstarted(this::writeBatchFor);
                    try {
                        writing = true;
                        writer.start();
                    } catch (OutOfMemoryError e) {
                        writing = false;
                        failure = e;
                        written.signalAll();
                    }
                } else {
                    writeBatch();
                }
            }
            return sequence;
        } finally {
            lock.unlock();
        }
    }

    /** What has been replayed counts as durable from here on, and the one who wrote it may have died before its sync. */
    private static void sync(Path segment) throws IOException {
        try (Stream<Path> files = Files.walk(segment)) {
            for (Path file : files.toList()) {
                try (FileChannel synced = FileChannel.open(file, StandardOpenOption.READ)) {
                    synced.force(true);
                }
            }
        }
        syncNames(segment.resolveSibling(""));
    }

    private static void syncNames(Path directory) throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
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
            usable = disk.getUsableSpace();
        } catch (IOException e) {
            throw new JournalFailed(directory.toString(), e);
        }
        if (usable < reserve) {
            throw new JournalFull(directory.toString(), usable, reserve);
        }
    }

    private void writeBatchFor() {
        lock.lock();
        try {
            writeBatch();
        } finally {
            lock.unlock();
        }
    }

    /** Preconditions: holds the lock, nobody else writes. Gives the lock up while it writes. */
    private void writeBatch() {
        List<JournalEntry> batch = waiting;
        long acknowledged = durable;
        long last = next - 1;
        waiting = new ArrayList<>();
        writing = true;
        Throwable failed = null;
        lock.unlock();
        try {
            write(batch, acknowledged);
        } catch (Throwable e) {
            // whatever it was: these entries are not known to be durable
            failed = e;
        }
        lock.lock();
        writing = false;
        if (failed == null) {
            durable = last;
        } else {
            failure = failed;
        }
        written.signalAll();
    }

    /** By one thread at a time. */
    private void write(List<JournalEntry> batch, long acknowledged) throws IOException {
        Segment open = segment;
        if (open == null || open.isLarge()) {
            open = nextSegment(batch.getFirst().sequence());
        }
        open.write(batch.stream()
                .map(entry -> EntryCodec.write(entry, acknowledged))
                .toList());
    }

    private Segment nextSegment(long first) throws IOException {
        Segment before = segment;
        segment = null;
        if (before != null) {
            before.close();
        }
        // what has this number already holds no whole entry
        for (SegmentFormat other : formats) {
            other.delete(path(first, other));
        }
        SegmentFormat format = formats.getFirst();
        Path path = path(first, format);
        Segment created = format.create(path);
        segment = created;
        syncNames(directory);
        lock.lock();
        try {
            segments.put(first, path);
        } finally {
            lock.unlock();
        }
        return created;
    }

    private Path path(long first, SegmentFormat format) {
        return directory.resolve("%020d%s".formatted(first, format.suffix()));
    }

    @Override
    public void forgetBefore(long sequence) throws JournalException {
        lock.lock();
        try {
            requireUsable();
            Long following = segments.higherKey(segments.isEmpty() ? sequence : segments.firstKey());
            while (following != null && following <= sequence) {
                Path first = segments.firstEntry().getValue();
                // one after the other, each at once: half a segment, or a gap, would be damage
                Files.move(
                        first, first.resolveSibling(first.getFileName() + FORGOTTEN), StandardCopyOption.ATOMIC_MOVE);
                syncNames(directory);
                segments.pollFirstEntry();
                following = segments.higherKey(segments.firstKey());
            }
            deleteForgotten(formats, directory);
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
