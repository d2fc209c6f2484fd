package dev.ferry.migration.wire;

import java.util.concurrent.locks.LockSupport;

/** Lets so many bytes a second through. One thread at a time. */
final class TokenBucket {
    private static final long BURST_NANOS = 50_000_000;

    private final long bytesPerSecond;
    private long freeAt;

    /** @param now of {@link System#nanoTime} */
    TokenBucket(long bytesPerSecond, long now) {
        this.bytesPerSecond = bytesPerSecond;
        this.freeAt = now;
    }

    /** Returns when that many more bytes may go. */
    void take(long bytes) {
        long now = System.nanoTime();
        long due = due(bytes, now);
        long wait = due - now;
        while (wait > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(wait);
            wait = due - System.nanoTime();
        }
    }

    /** When bytes that are brought now may go. */
    long due(long bytes, long now) {
        // what was not used is lost, but for a short burst; compared by difference, as the clock may pass its end
        long from = freeAt - (now - BURST_NANOS) > 0 ? freeAt : now - BURST_NANOS;
        freeAt = from + bytes * 1_000_000_000L / bytesPerSecond;
        return freeAt;
    }
}
