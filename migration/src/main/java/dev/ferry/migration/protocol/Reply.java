package dev.ferry.migration.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/** What an engine answers to a {@link Request}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "answer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Reply.Verdict.class, name = "verdict"),
    @JsonSubTypes.Type(value = Reply.Reserved.class, name = "reserved"),
    @JsonSubTypes.Type(value = Reply.Prepared.class, name = "prepared"),
    @JsonSubTypes.Type(value = Reply.Ready.class, name = "ready"),
    @JsonSubTypes.Type(value = Reply.Running.class, name = "running"),
    @JsonSubTypes.Type(value = Reply.Discarded.class, name = "discarded"),
    @JsonSubTypes.Type(value = Reply.Holding.class, name = "holding"),
    @JsonSubTypes.Type(value = Reply.LastRecord.class, name = "last-record"),
    @JsonSubTypes.Type(value = Reply.Joined.class, name = "joined"),
    @JsonSubTypes.Type(value = Reply.Refused.class, name = "refused"),
})
public sealed interface Reply {

    /** Something that speaks against a migration. */
    record Finding(String code, String object, String text, String remedy) {}

    /** To a dry run: what this side has against it; empty for nothing. */
    record Verdict(List<Finding> findings) implements Reply {
        public Verdict {
            findings = List.copyOf(findings);
        }
    }

    /** Room and name are kept. {@code has}: the digests of the offered blobs that need not be sent. */
    record Reserved(List<String> has) implements Reply {
        public Reserved {
            has = List.copyOf(has);
        }
    }

    /** Everything that can be made beforehand is made. */
    record Prepared() implements Reply {}

    /** Restored up to the last step; nothing runs. In microseconds: checking the bytes, and restoring. */
    record Ready(long verifyMicros, long restoreMicros) implements Reply {}

    /**
     * The container runs here and is ours, under that epoch.
     *
     * @param sinceMicros for how long, in microseconds; 0 when it is not known
     */
    record Running(long epoch, long sinceMicros) implements Reply {
        public Running(long epoch) {
            this(epoch, 0);
        }
    }

    /** This side will never run the container under this migration's epoch, and has written that down. */
    record Discarded(String reason) implements Reply {}

    /**
     * What there is of a migration.
     *
     * @param state the last record's name, {@code NONE} for an unknown migration
     * @param streams how many bytes, from the first on, have come of each stream
     */
    record Holding(String state, Map<String, Long> streams) implements Reply {
        public Holding {
            streams = Map.copyOf(streams);
        }
    }

    /** The last record of the side that was asked, {@code NONE} for an unknown migration. */
    record LastRecord(String state, long epoch) implements Reply {}

    /** Welcome; that is how we call ourselves. */
    record Joined(String name) implements Reply {}

    /** No. The code is for programs, the text for people: cause, object and remedy. Nothing has changed here. */
    record Refused(String code, String text) implements Reply {}
}
