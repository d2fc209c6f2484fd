package dev.ferry.migration.record;

import dev.ferry.migration.recovery.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the records say, in memory. Of migrations that are long over only the last record stays. Taking a record that is here already changes
 * nothing. Used under its owner's lock.
 */
final class Timelines {
    /** Of finished migrations, so many sides keep all their records. */
    static final int FINISHED = 200;

    private final Map<Key, NavigableMap<Long, MigrationRecord>> timelines = new LinkedHashMap<>();
    /** Last record's sequence number to who is over and still has all records. */
    private final NavigableMap<Long, Key> finished = new TreeMap<>();

    private final Map<String, Claims> claims = new HashMap<>();
    /** Records in timelines that a snapshot would keep. */
    private int held;

    /** One side of a migration. */
    private record Key(String migration, Side side) {}

    /** The greatest epoch of a container, and the greatest of another migration than the one that named that. */
    private record Claims(Claim greatest, @Nullable Claim other) {
        Claims and(Claim claim) {
            if (claim.migration().equals(greatest.migration())) {
                return claim.epoch() > greatest.epoch() ? new Claims(claim, other) : this;
            }
            if (claim.epoch() > greatest.epoch()) {
                return new Claims(claim, greatest);
            }
            return other == null || claim.epoch() > other.epoch() ? new Claims(greatest, claim) : this;
        }
    }

    void take(MigrationRecord record) {
        take(new Claim(record.container(), record.epoch(), record.migration()));
        var key = new Key(record.migration(), record.side());
        NavigableMap<Long, MigrationRecord> timeline = timelines.computeIfAbsent(key, none -> new TreeMap<>());
        if (timeline.putIfAbsent(record.sequence(), record) != null) {
            return;
        }
        held++;
        MigrationRecord last = timeline.lastEntry().getValue();
        if (last.state().isOver()) {
            finished.put(last.sequence(), key);
            if (finished.size() > FINISHED) {
                shorten(finished.pollFirstEntry().getValue());
            }
        }
    }

    private void shorten(Key key) {
        NavigableMap<Long, MigrationRecord> timeline = timelines.get(key);
        if (timeline != null) {
            held -= timeline.size();
            MigrationRecord last = timeline.lastEntry().getValue().bare();
            timeline.clear();
            timeline.put(last.sequence(), last);
        }
    }

    void take(Claim claim) {
        claims.merge(claim.container(), new Claims(claim, null), (known, fresh) -> known.and(fresh.greatest));
    }

    /** How many records a snapshot would keep. */
    int held() {
        return held;
    }

    Optional<MigrationRecord> last(String migration, Side side) {
        NavigableMap<Long, MigrationRecord> timeline = timelines.get(new Key(migration, side));
        return timeline == null
                ? Optional.empty()
                : Optional.of(timeline.lastEntry().getValue());
    }

    /** The last record of every side, in the order of the sides' first records. */
    List<MigrationRecord> lasts() {
        return timelines.values().stream()
                .map(timeline -> timeline.lastEntry().getValue())
                .toList();
    }

    /** All records of both sides, in order. */
    List<MigrationRecord> history(String migration) {
        List<MigrationRecord> records = new ArrayList<>();
        for (Side side : Side.values()) {
            NavigableMap<Long, MigrationRecord> timeline = timelines.get(new Key(migration, side));
            if (timeline != null) {
                records.addAll(timeline.values());
            }
        }
        records.sort(Comparator.comparingLong(MigrationRecord::sequence));
        return List.copyOf(records);
    }

    long epoch(String container) {
        Claims known = claims.get(container);
        return known == null ? 0 : known.greatest.epoch();
    }

    /** The greatest epoch of a container that another migration than this one has named. */
    Optional<Claim> taken(String container, String migration) {
        Claims known = claims.get(container);
        if (known == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(known.greatest.migration().equals(migration) ? known.other : known.greatest);
    }

    /** For a snapshot. */
    List<Claim> allClaims() {
        List<Claim> all = new ArrayList<>();
        for (Claims known : claims.values()) {
            all.add(known.greatest);
            if (known.other != null) {
                all.add(known.other);
            }
        }
        return all;
    }

    /** For a snapshot: what is unfinished, and what is over and still has all records; in order. */
    List<MigrationRecord> heldRecords() {
        List<MigrationRecord> records = new ArrayList<>();
        timelines.forEach((key, timeline) -> {
            MigrationRecord last = timeline.lastEntry().getValue();
            if (!last.state().isOver() || key.equals(finished.get(last.sequence()))) {
                records.addAll(timeline.values());
            }
        });
        records.sort(Comparator.comparingLong(MigrationRecord::sequence));
        return records;
    }

    /** Lets go of what a snapshot does not keep. */
    void forgetFinished() {
        timelines.entrySet().removeIf(timeline -> {
            MigrationRecord last = timeline.getValue().lastEntry().getValue();
            return last.state().isOver() && !timeline.getKey().equals(finished.get(last.sequence()));
        });
    }
}
