package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.ResourceUsage;
import dev.ferry.runtime.monitor.RecordLayout;
import dev.ferry.runtime.spawn.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a container's init ended, as its monitor saw it.
 *
 * @param waitStatus as wait4(2) gives it: signal in the low seven bits, exit code in the second byte
 * @param at when the monitor reaped it
 * @param usage of init and of what it waited for
 * @param logDamaged whether output was lost because the log could not be written, say on a full disk
 * @param criuStatus wait status of the CRIU process that restored the container; 0 without a restore
 * @param failure set when there was no init to reap, because the monitor itself could not go on
 */
public record ExitRecord(
        int waitStatus,
        Instant at,
        ResourceUsage usage,
        boolean logDamaged,
        int criuStatus,
        @Nullable Failure failure) {

    /** The name of the record inside the incarnation's directory. */
    public static final String FILE = "exit";

    private static final ResourceUsage NOTHING_USED = new ResourceUsage(Duration.ZERO, Duration.ZERO, 0, 0, 0, 0, 0);

    /** What docker reports where nobody knows how a process ended. */
    public static final int UNKNOWN_EXIT_CODE = 137;

    /**
     * The monitor's own failure.
     *
     * @param step index into the monitor's program; −1 where the monitor found no child to wait for, or was ended itself
     * @param errno positive
     */
    public record Failure(int step, int errno) {}

    /** The exit code as shells and docker count: 128 + n for a signal n, {@link #UNKNOWN_EXIT_CODE} for a failed monitor. */
    public int exitCode() {
        if (failure != null) {
            return UNKNOWN_EXIT_CODE;
        }
        return signal() == 0 ? waitStatus >> 8 & 0xff : 128 + signal();
    }

    /** The signal that ended init, 0 if it ended by itself. */
    public int signal() {
        return waitStatus & 0x7f;
    }

    /** Reads the record in an incarnation's directory; empty while there is none. A file of another length is not a record. */
    public static Optional<ExitRecord> read(Path directory) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(directory.resolve(FILE));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        return bytes.length == RecordLayout.BYTES ? Optional.of(parse(bytes)) : Optional.empty();
    }

    /** For a process whose monitor left no record. */
    static ExitRecord lost(Instant at) {
        return new ExitRecord(0, at, NOTHING_USED, false, 0, new Failure(-1, Errno.ESRCH.number()));
    }

    static ExitRecord parse(byte[] bytes) throws IOException {
        var record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Instant at = Instant.ofEpochSecond(record.getLong(RecordLayout.TIME), record.getLong(RecordLayout.TIME + 8));
        long magic = record.getLong(0);
        if (magic == RecordLayout.FAILED) {
            var failure = new Failure(Program.stepAt(record.getLong(RecordLayout.WAIT_RESULT)), (int)
                    -record.getLong(RecordLayout.WAIT_STATUS));
            return new ExitRecord(0, at, NOTHING_USED, false, 0, failure);
        }
        if (magic != RecordLayout.ENDED) {
            throw new IOException(
                    "exit record has version word %016x; this engine reads %016x: use the engine that started the container"
                            .formatted(magic, RecordLayout.ENDED));
        }
        long waited = record.getLong(RecordLayout.WAIT_RESULT);
        boolean damaged = record.getInt(RecordLayout.LOG_DAMAGED) != 0;
        int criuStatus = record.getInt(RecordLayout.CRIU_STATUS);
        if (waited < 0) {
            return new ExitRecord(0, at, NOTHING_USED, damaged, criuStatus, new Failure(-1, (int) -waited));
        }
        var usage = ResourceUsage.parse(
                Arrays.copyOfRange(bytes, RecordLayout.USAGE, RecordLayout.USAGE + ResourceUsage.BYTES));
        return new ExitRecord(record.getInt(RecordLayout.WAIT_STATUS), at, usage, damaged, criuStatus, null);
    }
}
