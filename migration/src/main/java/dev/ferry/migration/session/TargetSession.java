package dev.ferry.migration.session;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.transfer.Arrivals;
import dev.ferry.migration.transfer.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one container in. Every request is carried out once and answered the same each time.
 *
 * <pre>
 *   Reserved   blobs, the log, the dump arrive; the ground is made
 *   Verified   every byte is here and right, and durable
 *   Ready      restored up to the last step: a restore waits at its gate
 *   Owned      the gate is open
 *   Running
 *   Discarded  in place of any but Owned and Running
 * </pre>
 *
 * The restore does not wait for ever at its gate: when the source is not heard of it is called off, and the files that stay are enough to do
 * it again. A session of an engine that died begins where its last record is.
 */
public final class TargetSession {
    private static final Logger LOG = LoggerFactory.getLogger(TargetSession.class);

    private final String migration;
    private final long epoch;
    private final Request.@Nullable Offer offer;
    private final Arriving container;
    private final TargetRecords records;
    private final Arrivals arrivals;
    private final Patience patience;
    private final Runnable changedState;

    /** Guards everything below. Nothing that takes long is done while it is held, the journal's sync excepted. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private TargetState state;
    private Wish wish = Wish.NONE;
    private boolean atGate;
    /** It runs, whatever could be written down about that; it must not be restored once more. */
    private volatile boolean restored;

    private boolean working;
    private Reply.@Nullable Refused refusal;
    private long contact = System.nanoTime();
    private long ownedAt;
    private @Nullable FutureTask<Reply> preparing;
    private @Nullable FutureTask<Reply> completing;
    private @Nullable FutureTask<Reply> owning;

    private enum Wish {
        NONE,
        OWN,
        DISCARD
    }

    private TargetSession(
            String migration,
            long epoch,
            Request.@Nullable Offer offer,
            Arriving container,
            TargetRecords records,
            Arrivals arrivals,
            Patience patience,
            TargetState state,
            Runnable changedState) {
        this.migration = migration;
        this.epoch = epoch;
        this.offer = offer;
        this.container = container;
        this.records = records;
        this.arrivals = arrivals;
        this.patience = patience;
        this.state = state;
        this.changedState = changedState;
    }

    /**
     * A new one. Preconditions: the container's place and name are kept in memory.
     *
     * @param changedState is called after each change of the state
     * @throws IOException when it cannot be written down; nothing is reserved then
     */
    public static TargetSession reserve(
            Request.Offer offer,
            Arriving container,
            TargetRecords records,
            Arrivals arrivals,
            Patience patience,
            Runnable changedState)
            throws IOException {
        records.write(TargetState.RESERVED);
        return new TargetSession(
                offer.migration(),
                offer.epoch(),
                offer,
                container,
                records,
                arrivals,
                patience,
                TargetState.RESERVED,
                changedState);
    }

    /** One that an engine before this one was in the middle of: its files are complete from Verified on. */
    public static TargetSession resume(
            String migration,
            long epoch,
            Arriving container,
            TargetRecords records,
            Arrivals arrivals,
            Patience patience,
            TargetState last,
            Runnable changedState) {
        return new TargetSession(migration, epoch, null, container, records, arrivals, patience, last, changedState);
    }

    /** The last record. */
    public TargetState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Which migration. */
    public String migration() {
        return migration;
    }

    /** Under which epoch. */
    public long epoch() {
        return epoch;
    }

    /** Whether somebody has to ask the source: complete, not owned, and no restore waits for the source's word. */
    public boolean isWaitingForWord() {
        lock.lock();
        try {
            return (state == TargetState.VERIFIED || state == TargetState.READY) && !working;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a place is kept for a source that has said nothing for a while: it may have died when it had given the migration up. */
    public boolean isMissingItsSource() {
        lock.lock();
        try {
            return state == TargetState.RESERVED
                    && !working
                    && System.nanoTime() - contact > patience.missing().toNanos();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is ours and its run could not be brought to an end, for want of room say: {@link #own} is to be tried again. */
    public boolean isOwed() {
        lock.lock();
        try {
            return state == TargetState.OWNED && !working;
        } finally {
            lock.unlock();
        }
    }

    /** Answers the source. Blocks for as long as the work takes. */
    public Reply answer(Request request) {
        touch();
        try {
            return switch (request) {
                case Request.Offer again -> new Reply.Reserved(List.copyOf(arrivals.known()));
                case Request.Prepare prepare -> once(Work.PREPARE, this::prepare);
                case Request.Complete complete -> once(Work.COMPLETE, () -> complete(complete));
                case Request.Commit commit -> commit(commit);
                case Request.Abandon abandon -> discard(abandon.reason());
                case Request.Resume resume -> holding();
                case Request.Ask ask -> new Reply.LastRecord(state().name(), epoch);
                case Request.Join join -> new Reply.Refused("migration.order", "a peer cannot join in a migration");
            };
        } catch (IOException e) {
            return refused(e);
        } finally {
            touch();
        }
    }

    /** Takes bytes in. */
    public void take(Chunk chunk) throws IOException {
        touch();
        lock.lock();
        try {
            if (state != TargetState.RESERVED || refusal != null || wish == Wish.DISCARD) {
                throw new IOException("migration " + migration + " takes no bytes any more");
            }
        } finally {
            lock.unlock();
        }
        try {
            arrivals.take(chunk);
        } catch (Arrivals.OutOfOrder e) {
            throw e; // bytes were lost with a connection: the next one begins by asking how many came
        } catch (IOException e) {
            fail(e);
            throw e;
        }
    }

    /**
     * Runs it, by the word of somebody who knows that it was handed over. Blocks until it runs.
     *
     * @return what the source is answered
     */
    public Reply own() {
        try {
            return once(Work.OWN, this::ownNow);
        } catch (IOException e) {
            return refused(e);
        }
    }

    /**
     * Writes down that it will never run here, and lets it go. What is only reserved is let go first: it can become nothing any more, and on a
     * full disk that makes the room for the record.
     */
    public Reply discard(String reason) {
        try {
            boolean release;
            lock.lock();
            try {
                if (state == TargetState.OWNED || state == TargetState.RUNNING || wish == Wish.OWN) {
                    return new Reply.Refused(
                            "migration.owned", "migration " + migration + " was handed over: its container runs here");
                }
                release = wish != Wish.DISCARD;
                if (state == TargetState.VERIFIED || state == TargetState.READY) {
                    records.write(TargetState.DISCARDED);
                    state = TargetState.DISCARDED;
                }
                wish = Wish.DISCARD;
                changed.signalAll();
                while (working || (!release && state != TargetState.DISCARDED)) {
                    changed.awaitUninterruptibly();
                }
            } finally {
                lock.unlock();
            }
            if (release) {
                release();
            }
        } catch (IOException e) {
            return refused(e);
        }
        return new Reply.Discarded(reason);
    }

    private void release() {
        arrivals.close();
        container.discard();
        lock.lock();
        try {
            if (state != TargetState.DISCARDED) {
                records.write(TargetState.DISCARDED);
            }
        } catch (IOException e) {
            // reserved only, which never becomes ours either: a new engine writes it
            LOG.warn("migration {} was let go, and that is not written down: {}", migration, e.getMessage());
        } finally {
            state = TargetState.DISCARDED;
            changed.signalAll();
            lock.unlock();
        }
        changedState.run();
    }

    /** Lets go of a place that nobody fills any more. To be called now and then. */
    public void expire() {
        boolean old;
        lock.lock();
        try {
            old = state == TargetState.RESERVED
                    && !working
                    && System.nanoTime() - contact > patience.reserved().toNanos();
        } finally {
            lock.unlock();
        }
        if (old) {
            discard("the source was not heard of for " + patience.reserved().toSeconds() + " s");
        }
    }

    private void touch() {
        lock.lock();
        try {
            contact = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private enum Work {
        PREPARE,
        COMPLETE,
        OWN
    }

    /** Carries the work out for whoever comes first; the others wait for the same answer. */
    private Reply once(Work work, Callable<Reply> how) throws IOException {
        FutureTask<Reply> task;
        boolean mine = false;
        lock.lock();
        try {
            if (refusal != null && work != Work.OWN) {
                return refusal;
            }
            task = task(work);
            if (task == null) {
                task = new FutureTask<>(how);
                keep(work, task);
                mine = true;
            }
        } finally {
            lock.unlock();
        }
        if (mine) {
            task.run();
        }
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private @Nullable FutureTask<Reply> task(Work work) {
        return switch (work) {
            case PREPARE -> preparing;
            case COMPLETE -> completing;
            case OWN -> owning;
        };
    }

    private void keep(Work work, FutureTask<Reply> task) {
        switch (work) {
            case PREPARE -> preparing = task;
            case COMPLETE -> completing = task;
            case OWN -> owning = task;
        }
    }

    private Reply prepare() throws IOException {
        Request.Offer known = offer;
        if (known == null) {
            throw new Refusal("migration.order", "migration " + migration + " is past its preparation");
        }
        begin(TargetState.RESERVED);
        try {
            arrivals.completeBlobs();
            container.prepare(arrivals.image(), known.imageNames());
            return new Reply.Prepared();
        } catch (IOException e) {
            fail(e);
            throw e;
        } finally {
            end();
        }
    }

    private Reply complete(Request.Complete complete) throws IOException {
        long start = System.nanoTime();
        CheckpointDirectory directory;
        begin(TargetState.RESERVED);
        boolean handed = false;
        try {
            directory = arrivals.complete(complete.manifest(), complete.logSize(), complete.logSum());
            write(TargetState.VERIFIED, TargetState.RESERVED);
            long verified = System.nanoTime();
            // the restore outlives this request: it waits at the gate for another one
            Thread.ofPlatform().name("arrive-" + migration.substring(0, 12)).start(() -> restore(directory));
            handed = true;
            return awaitGate(start, verified);
        } catch (IOException e) {
            fail(e);
            throw e;
        } finally {
            if (!handed) {
                end();
            }
        }
    }

    private Reply awaitGate(long start, long verified) {
        lock.lock();
        try {
            while (!atGate && working && refusal == null) {
                changed.awaitUninterruptibly();
            }
            if (refusal != null) {
                return refusal;
            }
            if (!atGate) {
                return new Reply.Refused("migration.discarded", "migration " + migration + " was given up here");
            }
            return new Reply.Ready((verified - start) / 1000, (System.nanoTime() - verified) / 1000);
        } finally {
            lock.unlock();
        }
    }

    private void restore(CheckpointDirectory directory) {
        try {
            container.restore(directory, true, this::waitAtGate);
            restored = true;
            write(TargetState.RUNNING, TargetState.OWNED);
            arrivals.close();
            container.stay();
        } catch (IOException e) {
            LOG.info("migration {}: the restore was called off: {}", migration, e.getMessage());
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(new IOException("the restore failed: " + e, e));
            throw e;
        } finally {
            end();
        }
    }

    private void waitAtGate() throws IOException {
        write(TargetState.READY, TargetState.VERIFIED);
        lock.lock();
        try {
            atGate = true;
            changed.signalAll();
            long left = patience.atGate().toNanos();
            while (wish == Wish.NONE && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted at the gate", e);
                }
            }
            if (wish != Wish.OWN) {
                throw new IOException(wish == Wish.DISCARD ? "given up" : "the source was not heard of any more");
            }
        } finally {
            atGate = false;
            lock.unlock();
        }
        write(TargetState.OWNED, TargetState.READY);
        lock.lock();
        try {
            ownedAt = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private Reply commit(Request.Commit commit) {
        if (commit.epoch() != epoch) {
            return new Reply.Refused(
                    "migration.epoch",
                    "migration " + migration + " is about epoch " + epoch + ", not " + commit.epoch());
        }
        return own();
    }

    private Reply ownNow() throws IOException {
        boolean live;
        long since;
        lock.lock();
        try {
            if (state == TargetState.DISCARDED) {
                return new Reply.Discarded("it was given up here before");
            }
            if (state == TargetState.NONE || state == TargetState.RESERVED) {
                owning = null;
                return new Reply.Refused("migration.order", "migration " + migration + " is not complete here");
            }
            wish = Wish.OWN;
            changed.signalAll();
            while (working) {
                changed.awaitUninterruptibly();
            }
            live = state == TargetState.RUNNING;
            since = live && ownedAt != 0 ? (System.nanoTime() - ownedAt) / 1000 : 0;
            if (!live) {
                refusal = null;
                working = true;
            }
        } finally {
            lock.unlock();
        }
        if (!live) {
            ownFromFiles();
        }
        return new Reply.Running(epoch, since);
    }

    /** No restore waits any more, or none that came through: the files are complete. */
    private void ownFromFiles() throws IOException {
        boolean done = false;
        try {
            if (state() != TargetState.OWNED) {
                write(TargetState.OWNED, state());
            }
            if (!restored) {
                container.restore(CheckpointDirectory.of(container.dump()), false, () -> {});
                restored = true;
            }
            write(TargetState.RUNNING, TargetState.OWNED);
            arrivals.close();
            container.stay();
            done = true;
        } finally {
            end();
            if (!done) {
                lock.lock();
                try {
                    owning = null; // it is ours: whoever asks next tries again
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private Reply holding() {
        Reply.Refused no;
        TargetState now;
        lock.lock();
        try {
            no = refusal;
            now = state;
        } finally {
            lock.unlock();
        }
        return no != null ? no : new Reply.Holding(now.name(), arrivals.positions());
    }

    /** Only in that state; somebody who gives up waits until {@link #end}. */
    private void begin(TargetState expected) throws Refusal {
        lock.lock();
        try {
            if (state != expected || working || wish == Wish.DISCARD) {
                throw new Refusal(
                        "migration.order",
                        "migration " + migration + " is " + state + (working ? " and busy" : "") + " here");
            }
            working = true;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            working = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        changedState.run();
    }

    private void write(TargetState next, TargetState expected) throws IOException {
        lock.lock();
        try {
            if (state != expected || wish == Wish.DISCARD) {
                throw new Refusal("migration.discarded", "migration " + migration + " is " + state + " here");
            }
            records.write(next);
            state = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        changedState.run();
    }

    private void fail(IOException why) {
        lock.lock();
        try {
            if (refusal == null) {
                refusal = refused(why);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static Reply.Refused refused(IOException why) {
        String code = why instanceof Refusal known ? known.code() : "migration.target";
        return Refusal.reply(code, String.valueOf(why.getMessage()));
    }
}
