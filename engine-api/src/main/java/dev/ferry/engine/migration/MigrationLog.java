package dev.ferry.engine.migration;

import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.Unavailable;
import dev.ferry.migration.record.MigrationLedger;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.session.TargetSession;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All migrations that this engine has to do with, and the sessions of those that it is the target of. Safe for use by many threads. */
final class MigrationLog {
    /** How many that are over are kept in memory. */
    private static final int KEPT = 200;

    private final LedgerSource journal;
    private final Map<String, Ongoing> ongoing = new ConcurrentHashMap<>();
    private final Map<String, TargetSession> targets = new ConcurrentHashMap<>();

    MigrationLog(LedgerSource journal) {
        this.journal = journal;
    }

    /** Waits until it is open. */
    MigrationLedger ledger() {
        try {
            return journal.ledger();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("engine.stopping", "the engine is being stopped", e);
        }
    }

    void add(Ongoing one) {
        ongoing.put(one.id(), one);
        if (ongoing.size() > KEPT) {
            ongoing.values().stream()
                    .filter(old -> old.outcome().isEnd())
                    .min(Comparator.comparing(Ongoing::begun))
                    .ifPresent(old -> {
                        ongoing.remove(old.id());
                        targets.remove(old.id());
                    });
        }
    }

    void add(Ongoing one, TargetSession session) {
        targets.put(one.id(), session);
        add(one);
    }

    /** Null when this engine is not the target of it, or it is long over. */
    @Nullable
    TargetSession target(String migration) {
        return targets.get(migration);
    }

    List<TargetSession> targets() {
        return List.copyOf(targets.values());
    }

    /** Whether that peer is the other side of a migration that is known here. */
    boolean isOf(String migration, String peer) {
        Ongoing known = ongoing.get(migration);
        return known != null && known.peer().equals(peer);
    }

    /** Newest first. */
    List<Ongoing> all() {
        List<Ongoing> all = new ArrayList<>(ongoing.values());
        all.sort(Comparator.comparing(Ongoing::begun).reversed());
        return all;
    }

    /**
     * The one that people mean by an id or the beginning of one.
     *
     * @throws NotFound when there is none
     * @throws Conflict when there are several
     */
    Ongoing find(String reference) {
        List<Ongoing> found = ongoing.values().stream()
                .filter(one -> !reference.isEmpty() && one.id().startsWith(reference))
                .toList();
        if (found.size() > 1) {
            throw new Conflict("migration.ambiguous", "several migrations begin with \"" + reference + "\"");
        }
        if (found.isEmpty()) {
            throw new NotFound("migration.missing", "no such migration: " + reference);
        }
        return found.getFirst();
    }

    /** Of an id that is known to be one. */
    @Nullable
    Ongoing get(String migration) {
        return ongoing.get(migration);
    }

    /** The session of a target has come to another state. */
    void changed(String migration) {
        Ongoing one = ongoing.get(migration);
        TargetSession session = targets.get(migration);
        if (one == null || session == null) {
            return;
        }
        TargetState state = session.state();
        if (state == TargetState.RUNNING) {
            one.end(Ongoing.Outcome.MOVED, "");
        } else if (state == TargetState.DISCARDED) {
            one.end(Ongoing.Outcome.FAILED, "the container stayed at the source");
        } else {
            one.touch();
        }
    }
}
