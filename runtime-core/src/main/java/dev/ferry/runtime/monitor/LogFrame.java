package dev.ferry.runtime.monitor;

import java.time.Instant;

/**
 * What the container wrote in one go, as far as the monitor could read it in one go: lines may be cut anywhere.
 *
 * @param position where the frame begins in the log
 * @param stream 1 standard output, 2 standard error; a terminal has only the first
 * @param at when the monitor read it
 * @param bytes not shared; the receiver may change it
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere, and copied nowhere because it is large
public record LogFrame(long position, int stream, Instant at, byte[] bytes) {

    /** Standard output, or the terminal. */
    public static final int STDOUT = 1;

    /** Standard error. */
    public static final int STDERR = 2;

    /** Where the next frame begins. */
    public long end() {
        return position + LogFrames.HEADER_BYTES + bytes.length;
    }
}
