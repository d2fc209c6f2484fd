package dev.ferry.migration.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * One fact.
 *
 * @param sequence counts from 1 without a gap
 * @param type what kind of fact, in {@code [1, 65535]}
 * @param epoch the ownership epoch it speaks of, 0 where it speaks of none
 * @param at when it was written, by the host's clock, in microseconds; for people, never for decisions
 * @param payload text, JSON usually, of at most {@link #MAXIMUM_PAYLOAD} bytes; large things are named by their digest
 */
public record JournalEntry(long sequence, int type, long epoch, Instant at, String payload) {
    /** In UTF-8. What fits into a quarter of a small block of a memory-mapped queue. */
    public static final int MAXIMUM_PAYLOAD = 64 << 10;

    public JournalEntry {
        if (sequence < 1 || type < 1 || type > 0xffff || epoch < 0) {
            throw new IllegalArgumentException(
                    "no entry has sequence %d, type %d, epoch %d".formatted(sequence, type, epoch));
        }
        // no character takes more than three bytes; a million entries are replayed in a second or two
        int bytes = 3 * payload.length() <= MAXIMUM_PAYLOAD
                ? payload.length()
                : payload.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAXIMUM_PAYLOAD) {
            throw new IllegalArgumentException("a payload of " + bytes + " bytes; at most " + MAXIMUM_PAYLOAD);
        }
    }
}
