package dev.ferry.engine.ledger;

import dev.ferry.migration.journal.PlainFiles;
import dev.ferry.migration.journal.SegmentFormat;
import dev.ferry.migration.journal.chronicle.ChronicleQueues;
import java.util.List;
import java.util.Locale;

/** How the journal is written; whatever was written before is read. docs/adr/0018 */
public enum JournalKind {
    /** Chronicle queues. */
    CHRONICLE,
    /** Files that are appended to. */
    PLAIN;

    /**
     * From an option's value.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    public static JournalKind of(String word) {
        for (JournalKind kind : values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no journal is called \"" + word + "\": it is chronicle or plain");
    }

    /** As an option's value. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<SegmentFormat> formats() {
        return switch (this) {
            case CHRONICLE -> List.of(new ChronicleQueues(), new PlainFiles());
            case PLAIN -> List.of(new PlainFiles(), new ChronicleQueues());
        };
    }
}
