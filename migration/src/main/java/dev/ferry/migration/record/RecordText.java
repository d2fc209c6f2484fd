package dev.ferry.migration.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.migration.journal.JournalEntry;
import dev.ferry.migration.recovery.MigrationState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records as payloads of entries. A line of JSON with the fields, then the detail as it is:
 *
 * <pre>
 *   {"migration":"…","container":"…","name":"web","peer":"south","at":1790000000000000}
 *   {"keepSource":false}
 * </pre>
 *
 * <p>Type and epoch are the entry's own. Records that a snapshot keeps follow each other in one payload, and their lines name these as well, their
 * old sequence number, and the length of the detail. An unknown field is skipped: a newer engine may add one.
 */
final class RecordText {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.NON_DEFAULT))
            .build();
    private static final ObjectReader LINES = JSON.readerFor(Line.class);
    private static final ObjectWriter WRITER = JSON.writerFor(Line.class);
    private static final ObjectReader CLAIMS = JSON.readerFor(Claim.class);

    private RecordText() {}

    /** What is left out is empty or 0. */
    private record Line(
            String migration,
            String container,
            @Nullable String name,
            @Nullable String peer,
            long at,
            int type,
            long sequence,
            long epoch,
            int length) {}

    static String write(MigrationRecord record) {
        return line(record, 0, 0, 0, 0) + record.detail();
    }

    static MigrationRecord read(JournalEntry entry, MigrationState state) throws LedgerUnreadable {
        String payload = entry.payload();
        int end = endOfLine(entry, 0);
        return record(entry, line(entry, 0, end), state, entry.sequence(), entry.epoch(), payload.substring(end + 1));
    }

    /** For {@link EntryTypes#KEPT}. */
    static String kept(MigrationRecord record) {
        return line(
                        record,
                        EntryTypes.of(record.state()),
                        record.sequence(),
                        record.epoch(),
                        record.detail().length())
                + record.detail()
                + '\n';
    }

    static List<MigrationRecord> readKept(JournalEntry entry) throws LedgerUnreadable {
        String payload = entry.payload();
        List<MigrationRecord> records = new ArrayList<>();
        int at = 0;
        while (at < payload.length()) {
            int end = endOfLine(entry, at);
            Line line = line(entry, at, end);
            at = end + 1 + line.length;
            if (line.length < 0 || at >= payload.length()) {
                throw LedgerUnreadable.of(entry, "ends in a detail");
            }
            MigrationState state =
                    EntryTypes.state(line.type).orElseThrow(() -> LedgerUnreadable.ofANewerEngine(entry, line.type));
            records.add(record(entry, line, state, line.sequence, line.epoch, payload.substring(end + 1, at)));
            at++;
        }
        return records;
    }

    /** For {@link EntryTypes#EPOCHS}. */
    static String claim(Claim claim) {
        try {
            return JSON.writeValueAsString(claim) + '\n';
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written: " + claim, e);
        }
    }

    static List<Claim> readClaims(JournalEntry entry) throws LedgerUnreadable {
        List<Claim> claims = new ArrayList<>();
        for (String line : entry.payload().split("\n", -1)) {
            if (!line.isEmpty()) {
                try {
                    claims.add(CLAIMS.readValue(line));
                } catch (JsonProcessingException e) {
                    throw LedgerUnreadable.of(entry, "has a line that is no JSON: " + e.getOriginalMessage());
                }
            }
        }
        return claims;
    }

    private static String line(MigrationRecord record, int type, long sequence, long epoch, int length) {
        var line = new Line(
                record.migration(),
                record.container(),
                record.name(),
                record.peer(),
                ChronoUnit.MICROS.between(Instant.EPOCH, record.at()),
                type,
                sequence,
                epoch,
                length);
        try {
            return WRITER.writeValueAsString(line) + '\n';
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written: " + record, e);
        }
    }

    private static int endOfLine(JournalEntry entry, int from) throws LedgerUnreadable {
        int end = entry.payload().indexOf('\n', from);
        if (end < 0) {
            throw LedgerUnreadable.of(entry, "has no end of line");
        }
        return end;
    }

    private static Line line(JournalEntry entry, int from, int end) throws LedgerUnreadable {
        try {
            return LINES.readValue(entry.payload().substring(from, end));
        } catch (JsonProcessingException e) {
            throw LedgerUnreadable.of(entry, "has a line that is no JSON: " + e.getOriginalMessage());
        }
    }

    private static MigrationRecord record(
            JournalEntry entry, Line line, MigrationState state, long sequence, long epoch, String detail)
            throws LedgerUnreadable {
        try {
            return new MigrationRecord(
                    sequence,
                    state,
                    orEmpty(line.migration),
                    orEmpty(line.container),
                    orEmpty(line.name),
                    orEmpty(line.peer),
                    epoch,
                    detail,
                    Instant.EPOCH.plus(line.at, ChronoUnit.MICROS));
        } catch (IllegalArgumentException e) {
            throw LedgerUnreadable.of(entry, "is no record: " + e.getMessage());
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
