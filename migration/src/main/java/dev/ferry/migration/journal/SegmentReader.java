package dev.ferry.migration.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Takes the bytes of segments, hands whole entries on, and finds out what an unreadable place was: the torn end of what was never
 * acknowledged, or the loss of what was.
 */
public final class SegmentReader {
    private static final String FROM_BACKUP = "bring back the files of the journal from a backup";

    private final Replay replay;
    private long expected;
    private String segment = "";
    private boolean torn;

    SegmentReader(Replay replay) {
        this.replay = replay;
    }

    /** The sequence number that comes next. */
    long expected() {
        return expected;
    }

    void begin(String path, long first) throws JournalDamaged {
        if (expected != 0 && first != expected) {
            throw new JournalDamaged(
                    path, "begins with entry " + first + ", but the entry before it is " + (expected - 1), FROM_BACKUP);
        }
        expected = first;
        segment = path;
        torn = false;
    }

    /**
     * Takes the next bytes of the segment, with one entry or any number of them.
     *
     * @throws JournalDamaged when they prove that an entry was durable and cannot be read any more
     * @throws IOException from who takes the entries
     */
    public void take(ByteBuffer bytes) throws IOException {
        while (!torn && bytes.hasRemaining()) {
            Optional<EntryCodec.Read> read = EntryCodec.read(bytes, segment);
            if (read.isEmpty() || read.get().entry().sequence() != expected) {
                torn = true;
                read.ifPresent(other -> bytes.position(bytes.position() - other.bytes()));
            } else {
                replay.entry(read.get().entry());
                expected++;
            }
        }
        if (torn && EntryCodec.wasAcknowledged(expected, bytes, segment)) {
            throw new JournalDamaged(segment, "has lost entry " + expected + ", which was durable", FROM_BACKUP);
        }
    }
}
