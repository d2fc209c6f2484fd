package dev.ferry.migration.record;

import dev.ferry.migration.journal.JournalEntry;
import dev.ferry.migration.journal.JournalException;
import dev.ferry.migration.journal.JournalFull;
import dev.ferry.migration.journal.MigrationJournal;
import dev.ferry.migration.recovery.MigrationState;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.recovery.Transitions;
import dev.ferry.store.content.StepListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The records of all migrations that this engine has taken part in, on either side.
 *
 * <p>A record is durable when {@link #append} returns, and only then may be done what it allows. Each must follow from the side's last one
 * ({@link Transitions}), and an epoch must be greater than all that other migrations of the container have named: whoever comes late, or
 * lies, is refused here. Questions are answered from memory. Any number of threads.
 *
 * {@snippet :
 * MigrationRecord offered = ledger.append(MigrationRecord.first(
 *         SourceState.OFFERED, migration, container, name, peer, ledger.epoch(container) + 1, options));
 * // now something may be sent
 * MigrationRecord frozen = ledger.append(offered.then(SourceState.FROZEN, ""));
 * }
 *
 * <p>When more than {@value #HISTORY} entries are history of what is over, opening writes the rest once more, as a <i>snapshot</i>, and forgets
 * the segments before it. What has been forgotten counts as never heard of; only its epochs stay taken.
 */
public final class MigrationLedger implements AutoCloseable {
    /** So many entries that say nothing any more are kept. */
    static final int HISTORY = 100_000;

    private static final int SNAPSHOT_ENTRY = JournalEntry.MAXIMUM_PAYLOAD;

    private final StepListener steps;
    private final MigrationJournal journal;
    private final Timelines timelines;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition settled = lock.newCondition();
    /** Containers of which a record is being written. The next one of the same container is judged when that is known. */
    private final Set<String> writing = new HashSet<>();

    private MigrationLedger(StepListener steps, MigrationJournal journal, Timelines timelines) {
        this.steps = steps;
        this.journal = journal;
        this.timelines = timelines;
    }

    /**
     * Reads all records, and owns the journal from then on.
     *
     * @param steps is told "before source HANDED_OVER" and "after source HANDED_OVER", and so on, around each record
     * @throws LedgerUnreadable when a newer engine has written here
     */
    public static MigrationLedger open(JournalOpening opening, StepListener steps) throws IOException {
        return open(opening, steps, HISTORY);
    }

    static MigrationLedger open(JournalOpening opening, StepListener steps, long history) throws IOException {
        var timelines = new Timelines();
        var replayed = new Replayed(timelines);
        MigrationJournal journal = opening.open(replayed::take);
        boolean done = false;
        try {
            var ledger = new MigrationLedger(steps, journal, timelines);
            if (replayed.entries - timelines.held() > history) {
                ledger.writeSnapshot();
            }
            done = true;
            return ledger;
        } finally {
            if (!done) {
                journal.close();
            }
        }
    }

    private static final class Replayed {
        private final Timelines timelines;
        private long entries;

        Replayed(Timelines timelines) {
            this.timelines = timelines;
        }

        void take(JournalEntry entry) throws LedgerUnreadable {
            entries++;
            Optional<MigrationState> state = EntryTypes.state(entry.type());
            if (state.isPresent()) {
                timelines.take(RecordText.read(entry, state.get()));
            } else if (entry.type() == EntryTypes.KEPT) {
                RecordText.readKept(entry).forEach(timelines::take);
            } else if (entry.type() == EntryTypes.EPOCHS) {
                RecordText.readClaims(entry).forEach(timelines::take);
            } else {
                throw LedgerUnreadable.ofANewerEngine(entry, entry.type());
            }
        }
    }

    /**
     * Writes a record and waits until it is durable.
     *
     * @return the record with its sequence number
     * @throws RecordRefused when it does not follow from what is known; nothing is written
     * @throws JournalFull before anything is written
     * @throws IOException when it may or may not be durable, and from the listener
     */
    public MigrationRecord append(MigrationRecord record) throws IOException, RecordRefused {
        begin(record);
        String step = record.side().name().toLowerCase(Locale.ROOT) + " "
                + record.state().name();
        MigrationRecord written = null;
        try {
            steps.before("before " + step);
            long sequence = journal.append(EntryTypes.of(record.state()), record.epoch(), RecordText.write(record));
            written = record.numbered(sequence);
        } finally {
            lock.lock();
            try {
                if (written != null) {
                    timelines.take(written);
                }
                writing.remove(record.container());
                settled.signalAll();
            } finally {
                lock.unlock();
            }
        }
        steps.before("after " + step);
        return written;
    }

    private void begin(MigrationRecord record) throws RecordRefused {
        lock.lock();
        try {
            while (writing.contains(record.container())) {
                settled.awaitUninterruptibly();
            }
            requireAllowed(record);
            writing.add(record.container());
        } finally {
            lock.unlock();
        }
    }

    private void requireAllowed(MigrationRecord record) throws RecordRefused {
        Optional<MigrationRecord> last = timelines.last(record.migration(), record.side());
        if (last.isPresent() && !last.get().container().equals(record.container())) {
            throw new TransitionRefused(record, last.get().container());
        }
        MigrationState from = last.map(MigrationRecord::state).orElseGet(() -> nothingOf(record.side()));
        if (!Transitions.allow(from, record.state())) {
            throw new TransitionRefused(record, from);
        }
        if (last.isPresent() && record.epoch() < last.get().epoch()) {
            throw new EpochTaken(record, last.get().epoch(), record.migration());
        }
        // whoever lets go of a container does so at any time: a migration that was overtaken can end
        Optional<Claim> taken =
                record.state().claims() ? timelines.taken(record.container(), record.migration()) : Optional.empty();
        if (taken.isPresent() && taken.get().epoch() >= record.epoch()) {
            throw new EpochTaken(record, taken.get().epoch(), taken.get().migration());
        }
    }

    private static MigrationState nothingOf(Side side) {
        return switch (side) {
            case SOURCE -> SourceState.NONE;
            case TARGET -> TargetState.NONE;
        };
    }

    /** The last records of what recovery must do something about, in the order in which the migrations began. */
    public List<MigrationRecord> unfinished(Side side) {
        return recent().stream()
                .filter(last -> last.side() == side && !last.state().isOver())
                .toList();
    }

    /** The last record of each side of each migration that is known, in the order in which they began. */
    public List<MigrationRecord> recent() {
        lock.lock();
        try {
            return timelines.lasts();
        } finally {
            lock.unlock();
        }
    }

    /** The last record of one side. */
    public Optional<MigrationRecord> last(String migration, Side side) {
        lock.lock();
        try {
            return timelines.last(migration, side);
        } finally {
            lock.unlock();
        }
    }

    /** What the source's side of a migration has come to here. */
    public SourceState source(String migration) {
        return last(migration, Side.SOURCE)
                .map(record -> (SourceState) record.state())
                .orElse(SourceState.NONE);
    }

    /** What the target's side of a migration has come to here. */
    public TargetState target(String migration) {
        return last(migration, Side.TARGET)
                .map(record -> (TargetState) record.state())
                .orElse(TargetState.NONE);
    }

    /** All records of a migration in order; of one that is long over only the last of each side. */
    public List<MigrationRecord> history(String migration) {
        lock.lock();
        try {
            return timelines.history(migration);
        } finally {
            lock.unlock();
        }
    }

    /** The greatest epoch of a container that any record has ever named, 0 for one that was never part of a migration. */
    public long epoch(String container) {
        lock.lock();
        try {
            return timelines.epoch(container);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Compares the journal with what a container's own record says: a container comes to an epoch by a record only.
     *
     * @param epoch of the container's record; 0 before its first move
     */
    public void requireNotOlderThan(String container, long epoch) throws JournalTooOld {
        long known = epoch(container);
        if (known < epoch) {
            throw new JournalTooOld(container, epoch, known);
        }
    }

    /** Preconditions: nobody else has this ledger yet, and the journal begins a segment with the next entry. */
    private void writeSnapshot() throws IOException {
        var snapshot = new Snapshot(journal);
        for (Claim claim : timelines.allClaims()) {
            snapshot.add(EntryTypes.EPOCHS, RecordText.claim(claim));
        }
        snapshot.flush();
        for (MigrationRecord record : timelines.heldRecords()) {
            snapshot.add(EntryTypes.KEPT, RecordText.kept(record));
        }
        snapshot.flush();
        // only now: until here a crash leaves everything twice at worst
        if (snapshot.first > 0) {
            journal.forgetBefore(snapshot.first);
        }
        timelines.forgetFinished();
    }

    /** Puts as many texts into an entry as fit. */
    private static final class Snapshot {
        private final MigrationJournal journal;
        private final StringBuilder payload = new StringBuilder();
        private int type;
        private int bytes;
        private long first;

        Snapshot(MigrationJournal journal) {
            this.journal = journal;
        }

        void add(int kind, String text) throws JournalException {
            int more = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes + more > SNAPSHOT_ENTRY) {
                flush();
            }
            type = kind;
            bytes += more;
            payload.append(text);
        }

        void flush() throws JournalException {
            if (bytes > 0) {
                long sequence = journal.append(type, 0, payload.toString());
                first = first == 0 ? sequence : first;
                payload.setLength(0);
                bytes = 0;
            }
        }
    }

    /** Waits for what is being written. */
    @Override
    public void close() throws IOException {
        journal.close();
    }
}
