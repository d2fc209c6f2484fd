package dev.ferry.migration.record;

import dev.ferry.migration.recovery.MigrationState;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.TargetState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One side of a migration has come to a state.
 *
 * @param sequence given by the journal, 0 until then
 * @param state what allows the next step; says which side it is, too
 * @param migration 32 hexadecimal digits
 * @param container its id
 * @param name its name at the time
 * @param peer the other engine
 * @param epoch under which the target owns the container; of {@link SourceState#RECLAIMED} the source's own new one
 * @param detail what the session needs to know after a crash, JSON of its own, of at most {@link #MAXIMUM_DETAIL} bytes
 * @param at by the host's clock, in microseconds; for people, never for decisions
 */
public record MigrationRecord(
        long sequence,
        MigrationState state,
        String migration,
        String container,
        String name,
        String peer,
        long epoch,
        String detail,
        Instant at) {
    /** In UTF-8. */
    public static final int MAXIMUM_DETAIL = 32 << 10;

    private static final int MAXIMUM_NAME = 1024;
    private static final int ID_DIGITS = 32;

    public MigrationRecord {
        if (state == SourceState.NONE || state == TargetState.NONE) {
            throw new IllegalArgumentException("no record says that there is none");
        }
        if (sequence < 0 || epoch < 1) {
            throw new IllegalArgumentException("no record has sequence %d, epoch %d".formatted(sequence, epoch));
        }
        if (!isId(migration)) {
            throw new IllegalArgumentException("no id of a migration: \"%s\"".formatted(migration));
        }
        if (container.isEmpty() || bytes(container) + bytes(name) + bytes(peer) > MAXIMUM_NAME) {
            throw new IllegalArgumentException(
                    "container \"%s\", name \"%s\" and peer \"%s\": the first is missing, or they are too long"
                            .formatted(container, name, peer));
        }
        if (bytes(detail) > MAXIMUM_DETAIL) {
            throw new IllegalArgumentException(
                    "a detail of %d bytes; at most %d".formatted(bytes(detail), MAXIMUM_DETAIL));
        }
        at = at.truncatedTo(ChronoUnit.MICROS);
    }

    /** By hand: a pattern takes a tenth of the time in which a million records are replayed. */
    private static boolean isId(String text) {
        if (text.length() != ID_DIGITS) {
            return false;
        }
        for (int i = 0; i < ID_DIGITS; i++) {
            char digit = text.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** The first record of a side, as it is given to the ledger. */
    public static MigrationRecord first(
            MigrationState state,
            String migration,
            String container,
            String name,
            String peer,
            long epoch,
            String detail) {
        return new MigrationRecord(0, state, migration, container, name, peer, epoch, detail, Instant.now());
    }

    /** The next record of the same side under the same epoch, as it is given to the ledger. */
    public MigrationRecord then(MigrationState next, String why) {
        return then(next, epoch, why);
    }

    /** The next record of the same side under another epoch: {@link SourceState#RECLAIMED}, or what a user has decided. */
    public MigrationRecord then(MigrationState next, long under, String why) {
        return new MigrationRecord(0, next, migration, container, name, peer, under, why, Instant.now());
    }

    /** Whose it is. */
    public Side side() {
        return state.side();
    }

    MigrationRecord numbered(long given) {
        return new MigrationRecord(given, state, migration, container, name, peer, epoch, detail, at);
    }

    /** Without what only a session needs. */
    MigrationRecord bare() {
        return new MigrationRecord(sequence, state, migration, container, name, peer, epoch, "", at);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
