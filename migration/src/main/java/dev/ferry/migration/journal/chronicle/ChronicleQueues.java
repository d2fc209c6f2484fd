package dev.ferry.migration.journal.chronicle;

import dev.ferry.migration.journal.Segment;
import dev.ferry.migration.journal.SegmentFormat;
import dev.ferry.migration.journal.SegmentReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.SparseRollCycles;

/**
 * A segment is the directory of a queue, written through mapped memory and msync(2). An entry is one excerpt.
 *
 * <p>Where the disk is full a write into mapped memory ends in an {@link InternalError}, and the queue then shows the excerpt as written, with
 * wrong bytes: the journal's reserve keeps it from that, and its sums find it. Opening the first queue of a process takes seconds.
 */
public final class ChronicleQueues implements SegmentFormat {
    private static final int BLOCK = 1 << 20;
    private static final long LARGE = 16 << 20;

    @Override
    public String suffix() {
        return ".queue";
    }

    @Override
    public Segment create(Path path) throws IOException {
        delete(path);
        try {
            ChronicleQueue queue = open(path, false);
            ExcerptAppender appender = queue.createAppender();
            // by one thread at a time, but not always the same one; the journal's lock is between them
            appender.singleThreadedCheckDisabled(true);
            return new Open(queue, appender);
        } catch (RuntimeException | InternalError e) {
            throw failed("begin", path, e);
        }
    }

    @Override
    public void read(Path path, SegmentReader reader) throws IOException {
        if (!holdsAnything(path)) {
            return;
        }
        try (ChronicleQueue queue = open(path, true);
                ExcerptTailer tailer = queue.createTailer()) {
            Bytes<ByteBuffer> excerpt = Bytes.elasticByteBuffer();
            try {
                while (tailer.readBytes(excerpt)) {
                    reader.take(written(excerpt));
                    excerpt.clear();
                }
            } finally {
                excerpt.releaseLast();
            }
        } catch (RuntimeException | InternalError e) {
            throw failed("read", path, e);
        }
    }

    /** Whoever died while it made a queue has left less, which cannot be opened for reading. */
    private static boolean holdsAnything(Path path) throws IOException {
        boolean table = false;
        boolean excerpts = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                table |= name.endsWith(".cq4t");
                excerpts |= name.endsWith(".cq4");
            }
        }
        return table && excerpts;
    }

    /** Without a copy; until the next one is read. */
    private static ByteBuffer written(Bytes<ByteBuffer> excerpt) throws IOException {
        ByteBuffer memory = excerpt.underlyingObject();
        if (memory == null) {
            throw new IOException("the queue gives no memory");
        }
        return memory.slice(0, Math.toIntExact(excerpt.readRemaining()));
    }

    @Override
    public void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static ChronicleQueue open(Path path, boolean readOnly) {
        return SingleChronicleQueueBuilder.single(path.toFile())
                .rollCycle(SparseRollCycles.HUGE_DAILY_XSPARSE)
                .blockSize(BLOCK)
                .syncMode(SyncMode.SYNC)
                .readOnly(readOnly)
                .build();
    }

    private static IOException failed(String what, Path path, Throwable cause) {
        return new IOException("cannot %s the queue \"%s\": %s".formatted(what, path, cause.getMessage()), cause);
    }

    private static final class Open implements Segment {
        private final ChronicleQueue queue;
        private final ExcerptAppender appender;
        private long written;

        Open(ChronicleQueue queue, ExcerptAppender appender) {
            this.queue = queue;
            this.appender = appender;
        }

        @Override
        public void write(List<byte[]> entries) throws IOException {
            try {
                for (byte[] entry : entries) {
                    appender.writeBytes(Bytes.wrapForRead(entry));
                    written += entry.length;
                }
                appender.sync();
            } catch (RuntimeException | InternalError e) {
                throw new IOException("the queue cannot be written: " + e.getMessage(), e);
            }
        }

        @Override
        public boolean isLarge() {
            return written > LARGE;
        }

        @Override
        public void close() {
            appender.close();
            queue.close();
        }
    }
}
