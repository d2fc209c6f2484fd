package dev.ferry.migration.wire;

import java.util.concurrent.locks.LockSupport;

/** Lets so many bytes a second through. One thread at a time. */
final class TokenBucket {
    private static final long BURST_NANOS = 50_000_000;

    private final long bytesPerSecond;
    private long freeAt = System.nanoTime();

    TokenBucket(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Returns when that many more bytes may go. */
    void take(long bytes) {
        long now = System.nanoTime();
        // what was not used is lost, but for a short burst
        freeAt = Math.max(freeAt, now - BURST_NANOS) + bytes * 1_000_000_000L / bytesPerSecond;
        long wait = freeAt - now;
        while (wait > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(wait);
            wait = freeAt - System.nanoTime();
        }
    }
}
