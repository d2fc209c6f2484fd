package dev.ferry.runtime.monitor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log that a monitor appends to, while it does.
 *
 * <pre>
 *   0        8        16       24       32
 *   | length | second | nanos  | stream | payload, length bytes |
 * </pre>
 *
 * <p>Words are 64 bit, little endian. The stream word carries a mark in its upper half. A frame that is not complete yet reads as
 * the end for now. A frame that can never become complete, because the disk was full or the host lost power in the middle of
 * it, is skipped: reading goes on at the next mark. Not safe for use by several threads.
 */
public final class LogFrames implements AutoCloseable {

    /** Bytes before the payload. */
    public static final int HEADER_BYTES = 32;

    /** The longest payload that a monitor writes. */
    public static final int MAX_PAYLOAD = 16 * 1024;

    /** The upper half of the stream word: "FERY" read as bytes in the file's order. */
    public static final long MARK = 0x5952_4546L << 32;

    private static final int CHUNK = 4 * (HEADER_BYTES + MAX_PAYLOAD);

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer window = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    private long windowStart;
    private @Nullable WatchService watch;

    private LogFrames(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
        window.limit(0);
    }

    /** Opens a log at its beginning. */
    public static LogFrames open(Path file) throws IOException {
        return new LogFrames(file, FileChannel.open(file, StandardOpenOption.READ));
    }

    /** Continues at a {@link LogFrame#position()} or {@link LogFrame#end()}. */
    public void seek(long position) {
        windowStart = position;
        window.position(0).limit(0);
    }

    /** Where the next frame is looked for. */
    public long position() {
        return windowStart + window.position();
    }

    /** The log's present length. */
    public long size() throws IOException {
        return channel.size();
    }

    /** The next complete frame; empty when there is none yet. */
    public Optional<LogFrame> next() throws IOException {
        if (!holds(HEADER_BYTES)) {
            return Optional.empty();
        }
        if (!isHeader(window.position()) && !resynchronise(window.position() + 1)) {
            return Optional.empty();
        }
        int length = (int) window.getLong(window.position());
        if (!holds(HEADER_BYTES + length)) {
            return Optional.empty();
        }
        if (holds(2 * HEADER_BYTES + length) && !isHeader(window.position() + HEADER_BYTES + length)) {
            // either garbage follows, or this frame broke off and a later one begins inside what looks like its payload
            for (int at = window.position() + 1; at < window.position() + HEADER_BYTES + length; at++) {
                if (isHeader(at)) {
                    window.position(at);
                    return next();
                }
            }
        }
        return Optional.of(take(length));
    }

    /**
     * Waits until the log may have grown. Blocks no carrier of virtual threads.
     *
     * @return false when the time passed without a change; a call after which {@link #next()} is still empty is possible
     */
    public boolean awaitGrowth(Duration atMost) throws IOException, InterruptedException {
        if (watch == null) {
            watch = file.getFileSystem().newWatchService();
            Path folder = file.toAbsolutePath().getParent();
            if (folder == null) {
                throw new IOException("\"%s\" has no folder to watch".formatted(file));
            }
            folder.register(watch, StandardWatchEventKinds.ENTRY_MODIFY);
            return true; // it may have grown before anybody watched
        }
        WatchKey key = watch.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
        if (key == null) {
            return false;
        }
        key.pollEvents();
        key.reset();
        return true;
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (watch != null) {
                watch.close();
            }
        }
    }

    private LogFrame take(int length) {
        int at = window.position();
        var bytes = new byte[length];
        window.get(at + HEADER_BYTES, bytes);
        var frame = new LogFrame(
                windowStart + at,
                (int) window.getLong(at + 24),
                Instant.ofEpochSecond(window.getLong(at + 8), window.getLong(at + 16)),
                bytes);
        window.position(at + HEADER_BYTES + length);
        return frame;
    }

    /** Makes at least that many bytes available behind the window's position, if the file has them. */
    private boolean holds(int bytes) throws IOException {
        if (window.remaining() >= bytes) {
            return true;
        }
        windowStart += window.position();
        window.compact();
        while (window.hasRemaining()) {
            if (channel.read(window, windowStart + window.position()) <= 0) {
                break;
            }
        }
        window.flip();
        return window.remaining() >= bytes;
    }

    /** Whether a frame can begin at that place of the window, which holds a header's worth of bytes there. */
    private boolean isHeader(int at) {
        long length = window.getLong(at);
        long stream = window.getLong(at + 24);
        return length > 0 && length <= MAX_PAYLOAD && (stream == (MARK | 1) || stream == (MARK | 2));
    }

    /** Moves to the next place where a frame can begin; stays near the end when there is none yet. */
    private boolean resynchronise(int from) throws IOException {
        int at = from;
        while (true) {
            for (; at + HEADER_BYTES <= window.limit(); at++) {
                if (isHeader(at)) {
                    window.position(at);
                    return true;
                }
            }
            window.position(Math.min(at, window.limit()));
            if (!holds(HEADER_BYTES)) {
                return false;
            }
            at = window.position();
        }
    }
}
