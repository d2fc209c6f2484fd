package dev.ferry.criu.rpc;

import dev.ferry.criu.ProtocolBroken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * CRIU's figures of one dump, as it leaves them in {@code stats-dump} (images/stats.proto).
 *
 * @param freezing until every task stood still
 * @param frozen while every task stood still, the commit included
 * @param memoryDump while memory was collected
 * @param memoryWrite while memory was written
 * @param pagesScanned pages looked at
 * @param pagesWritten pages in the images
 */
public record DumpStatistics(
        Duration freezing,
        Duration frozen,
        Duration memoryDump,
        Duration memoryWrite,
        long pagesScanned,
        long pagesWritten) {
    /** Of a dump that left no figures. */
    public static final DumpStatistics NONE =
            new DumpStatistics(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0);

    /** Two magic numbers and the length of the one message. */
    private static final int HEADER = 12;

    /**
     * Reads the file.
     *
     * @throws ProtocolBroken if it has another form
     */
    public static DumpStatistics read(Path file) throws IOException, ProtocolBroken {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < HEADER) {
            throw new ProtocolBroken("statistics of " + bytes.length + " bytes");
        }
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(HEADER - Integer.BYTES);
        if (length < 0 || length > bytes.length - HEADER) {
            throw new ProtocolBroken("statistics that claim " + length + " bytes");
        }
        byte[] message = new byte[length];
        System.arraycopy(bytes, HEADER, message, 0, length);
        WireReader reader = new WireReader(message);
        while (reader.next()) {
            if (reader.field() == 1) {
                return dump(reader.message());
            }
        }
        return NONE;
    }

    private static DumpStatistics dump(WireReader reader) throws ProtocolBroken {
        long[] values = new long[8];
        while (reader.next()) {
            if (reader.field() < values.length) {
                values[reader.field()] = reader.number();
            }
        }
        return new DumpStatistics(
                micros(values[1]), micros(values[2]), micros(values[3]), micros(values[4]), values[5], values[7]);
    }

    private static Duration micros(long value) {
        return Duration.of(value, ChronoUnit.MICROS);
    }
}
