package dev.ferry.migration.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * An entry as bytes, the same in every kind of journal. Little endian:
 *
 * <pre>
 *    0  u32  magic "FRYJ"
 *    4  u16  version of the format
 *    6  u16  type
 *    8  u64  sequence
 *   16  u64  epoch
 *   24  i64  microseconds since 1970
 *   32  u64  acknowledged: every entry up to this one was durable when this one was written
 *   40  u32  length of the payload
 *   44  u32  CRC-32C of everything else
 *   48       payload
 * </pre>
 *
 * <p>The acknowledged number tells a torn end, which is nothing, from an entry that was durable once and cannot be read any more.
 */
final class EntryCodec {
    static final int HEADER = 48;
    private static final int MAGIC = 0x4a59_5246;
    private static final int VERSION = 1;
    private static final int LENGTH_AT = 40;
    private static final int CRC_AT = 44;
    private static final byte[] NO_SUM = new byte[4];
    private static final long MILLION = 1_000_000;

    private EntryCodec() {}

    /** An entry, what was acknowledged before it, and how long it was. */
    record Read(JournalEntry entry, long acknowledged, int bytes) {}

    static byte[] write(JournalEntry entry, long acknowledged) {
        byte[] payload = entry.payload().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(HEADER + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putShort((short) VERSION).putShort((short) entry.type());
        out.putLong(entry.sequence()).putLong(entry.epoch());
        out.putLong(ChronoUnit.MICROS.between(Instant.EPOCH, entry.at()));
        out.putLong(acknowledged).putInt(payload.length).putInt(0).put(payload);
        byte[] bytes = out.array();
        out.putInt(CRC_AT, crc(out, payload.length));
        return bytes;
    }

    /**
     * Reads the entry at the buffer's position and moves behind it. A newer version's entry is refused by throwing, not by ending: what this
     * engine cannot read it must not write behind.
     *
     * @param file for the error's text
     * @return empty, the position unmoved, when there is no whole and right entry
     */
    static Optional<Read> read(ByteBuffer in, String file) throws JournalDamaged {
        ByteBuffer at = in.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (at.remaining() < HEADER || at.getInt(0) != MAGIC) {
            return Optional.empty();
        }
        int length = at.getInt(LENGTH_AT);
        if (length < 0 || length > JournalEntry.MAXIMUM_PAYLOAD || at.remaining() < HEADER + length) {
            return Optional.empty();
        }
        if (crc(at, length) != at.getInt(CRC_AT)) {
            return Optional.empty();
        }
        int version = Short.toUnsignedInt(at.getShort(4));
        if (version != VERSION) {
            throw new JournalDamaged(
                    file,
                    "has an entry of format " + version + ", this engine reads " + VERSION,
                    "start the engine that wrote it");
        }
        in.position(in.position() + HEADER + length);
        long micros = at.getLong(24);
        var entry = new JournalEntry(
                at.getLong(8),
                Short.toUnsignedInt(at.getShort(6)),
                at.getLong(16),
                Instant.ofEpochSecond(Math.floorDiv(micros, MILLION), Math.floorMod(micros, MILLION) * 1000),
                text(at, length));
        return Optional.of(new Read(entry, at.getLong(32), HEADER + length));
    }

    private static String text(ByteBuffer at, int length) {
        if (at.hasArray()) {
            return new String(at.array(), at.arrayOffset() + HEADER, length, StandardCharsets.UTF_8);
        }
        byte[] payload = new byte[length];
        at.get(HEADER, payload);
        return new String(payload, StandardCharsets.UTF_8);
    }

    /**
     * Looks behind a place where no entry can be read.
     *
     * @return whether an entry there proves that {@code sequence} was acknowledged
     */
    static boolean wasAcknowledged(long sequence, ByteBuffer in, String file) throws JournalDamaged {
        ByteBuffer rest = in.slice();
        while (rest.remaining() >= HEADER) {
            Optional<Read> found = read(rest, file);
            if (found.isPresent() && found.get().acknowledged() >= sequence) {
                return true;
            }
            if (found.isEmpty()) {
                rest.position(rest.position() + 1);
            }
        }
        return false;
    }

    private static int crc(ByteBuffer at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(at.slice(0, CRC_AT));
        crc.update(NO_SUM, 0, NO_SUM.length);
        crc.update(at.slice(HEADER, length));
        return (int) crc.getValue();
    }
}
