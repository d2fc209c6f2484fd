package dev.ferry.migration.session;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.FileRecord;
import dev.ferry.migration.journal.JournalFull;
import dev.ferry.migration.plan.Plan;
import dev.ferry.migration.plan.Strategy;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.transfer.Link;
import dev.ferry.migration.transfer.Refusal;
import dev.ferry.migration.transfer.Shipment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one container to another engine and keeps exactly one of the two alive.
 *
 * <pre>
 *   Offered    the image, the log so far; the target makes everything ready        the container runs
 *   Frozen     the dump, sent while it is written; the manifest                    it stands still
 *              Ready: it could run there at once
 *   HandedOver                                                                     it never runs here again
 *              Commit, at once; what is left here ends meanwhile
 *   Retired                                                                        it runs there
 * </pre>
 *
 * Any failure before HandedOver leaves the container running here. After it nothing is decided here alone: an {@link Outcome.Unsettled} is
 * for whoever goes by {@link dev.ferry.migration.recovery.Recovery}.
 */
public final class SourceSession {
    private static final Logger LOG = LoggerFactory.getLogger(SourceSession.class);

    private static final String OUTPUT = "log";

    private final Request.Offer offer;
    private final Departing container;
    private final SourceRecords records;
    private final Link link;
    private final Shipment shipment;
    private final Timeline timeline;
    private final Patience patience;

    /** Nobody else uses the link from the hand-over on, so this may run beside the end of the container here. */
    private final FutureTask<Reply> commit = new FutureTask<>(this::commit);

    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.OPEN);
    private volatile boolean handedOver;
    private volatile long frozenAt;
    private volatile long restoredAt;

    /** Who was first: the user with a cancellation, or the session with the hand-over. */
    private enum Turn {
        OPEN,
        CANCELLED,
        HANDING_OVER
    }

    /** How it ended. */
    public sealed interface Outcome {
        /** The target runs it. */
        record Moved() implements Outcome {}

        /**
         * It runs here, as before.
         *
         * @param told whether the target knows that nothing comes
         */
        record Stayed(IOException why, boolean told) implements Outcome {}

        /** It was handed over, and the target has not said what became of it. */
        record Unsettled(IOException why) implements Outcome {}
    }

    /**
     * Nothing is begun yet. The link and the shipment stay the caller's.
     *
     * @param link sends that shipment
     */
    public SourceSession(
            Request.Offer offer,
            Departing container,
            SourceRecords records,
            Link link,
            Shipment shipment,
            Timeline timeline,
            Patience patience) {
        this.offer = offer;
        this.container = container;
        this.records = records;
        this.link = link;
        this.shipment = shipment;
        this.timeline = timeline;
        this.patience = patience;
    }

    /** Runs it to its end, on the calling thread. */
    public Outcome run() {
        try {
            records.write(SourceState.OFFERED);
        } catch (IOException e) {
            container.stay();
            return new Outcome.Stayed(e, true);
        }
        HandOver talk = new HandOver();
        try {
            sendWhileRunning(offer());
            prepare();
            container.dump(talk);
        } catch (IOException e) {
            if (!handedOver) {
                IOException why = talk.failure == null ? e : talk.failure;
                return new Outcome.Stayed(why, abandon(why));
            }
            // the dump is complete and the container was not let go on: what its end looked like changes nothing
        } catch (RuntimeException | Error e) {
            if (!handedOver) {
                abandon(new IOException("the migration failed: " + e, e));
            } else {
                // the link is not closed under it
                awaitCommit(e);
            }
            throw e;
        } finally {
            talk.stop();
        }
        return finish();
    }

    /**
     * Calls the migration off, unless the container is handed over already.
     *
     * @return whether it was in time; the container stays
     */
    public boolean cancel() {
        if (turn.compareAndSet(Turn.OPEN, Turn.CANCELLED)) {
            link.cancel();
        }
        return turn.get() == Turn.CANCELLED;
    }

    private Set<String> offer() throws IOException {
        timeline.enter("offer");
        long start = timeline.elapsed();
        link.patience(patience.running());
        Reply.Reserved reserved = expect(Reply.Reserved.class, link.ask(offer));
        timeline.add("offer", start, 0);
        return new HashSet<>(reserved.has());
    }

    private void sendWhileRunning(Set<String> known) throws IOException {
        timeline.enter("image");
        long start = timeline.elapsed();
        Plan plan = Plan.of(Strategy.STOP_AND_COPY, offer.needs(), offer.image(), known);
        for (Request.Blob blob : plan.blobs()) {
            shipment.add("blob/" + blob.digest(), container.blob(blob.digest()));
        }
        shipment.add(OUTPUT, container.log());
        timeline.expect(plan.bytes());
        long sent = link.ship();
        timeline.add("image", start, sent);
    }

    private void prepare() throws IOException {
        timeline.enter("prepare");
        long start = timeline.elapsed();
        expect(Reply.Prepared.class, link.askBehindAll(new Request.Prepare(offer.migration())));
        timeline.add("prepare", start, 0);
        link.patience(patience.frozen());
    }

    /** Returns whether the target knows of it. */
    private boolean abandon(IOException why) {
        try {
            records.write(SourceState.ABANDONED);
        } catch (IOException e) {
            // the last record says that nothing was handed over, which is as good: after a start it is abandoned again
            why.addSuppressed(e);
        }
        container.stay();
        try {
            link.lastWord(new Request.Abandon(offer.migration(), String.valueOf(why.getMessage())));
            return true;
        } catch (IOException e) {
            why.addSuppressed(e);
            return false;
        }
    }

    private Reply commit() throws IOException {
        Reply reply = link.ask(new Request.Commit(offer.migration(), offer.epoch()));
        if (reply instanceof Reply.Running running) {
            long now = timeline.elapsed();
            // what a peer says about itself is at most taken for what can be
            long ran = now - 1000 * Math.clamp(running.sinceMicros(), 0, (now - restoredAt) / 1000);
            timeline.add(new Timeline.Step("hand-over", restoredAt / 1000, (ran - restoredAt) / 1000, 0));
            timeline.blackout(ran - frozenAt);
        }
        return reply;
    }

    /** Not before the container has ended here. */
    private Outcome finish() {
        try {
            long epoch = expect(Reply.Running.class, answerToCommit()).epoch();
            if (epoch != offer.epoch()) {
                throw new IOException("the target says that the container runs there under epoch " + epoch
                        + ", and it was handed over under " + offer.epoch()
                        + "; look at both with \"ferry migration inspect\"");
            }
            timeline.enter("finish");
            records.write(SourceState.RETIRED);
            container.leave();
            return new Outcome.Moved();
        } catch (IOException e) {
            return new Outcome.Unsettled(e);
        }
    }

    private Reply answerToCommit() throws IOException {
        // does nothing where it was begun with the hand-over
        commit.run();
        try {
            return commit.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before the target had answered", e);
        }
    }

    private void awaitCommit(Throwable why) {
        try {
            answerToCommit();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private static <T extends Reply> T expect(Class<T> type, Reply reply) throws IOException {
        if (!type.isInstance(reply)) {
            throw new IOException("the target answered " + reply + " where only "
                    + type.getSimpleName().toLowerCase(Locale.ROOT) + " makes sense");
        }
        return type.cast(reply);
    }

    /** The part in which the container stands still. */
    private final class HandOver implements Departing.Talk {
        private @Nullable DumpShipping shipping;
        private volatile @Nullable IOException failure;

        @Override
        public void begin(CheckpointDirectory directory) throws IOException {
            try {
                records.write(SourceState.FROZEN);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
            timeline.enter("dump");
            frozenAt = timeline.elapsed();
            shipping = DumpShipping.start(directory, shipment, link);
        }

        @Override
        public void commit(CheckpointDirectory directory, long logSize) throws IOException {
            try {
                ship(directory, logSize);
                restoreThere(directory, logSize);
                if (!turn.compareAndSet(Turn.OPEN, Turn.HANDING_OVER)) {
                    throw new Refusal("migration.cancelled", "the migration was cancelled");
                }
                handOver();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        private void ship(CheckpointDirectory directory, long logSize) throws IOException {
            DumpShipping running = shipping;
            long early = running == null ? 0 : running.finish();
            timeline.add("dump", frozenAt, early);
            timeline.enter("ship");
            long start = timeline.elapsed();
            shipment.end(OUTPUT, logSize);
            for (String name : names(directory)) {
                shipment.add(DumpShipping.STREAM + name, directory.file(name));
            }
            long sent = link.ship();
            timeline.add("ship", start, sent);
        }

        private void restoreThere(CheckpointDirectory directory, long logSize) throws IOException {
            timeline.enter("restore");
            long start = timeline.elapsed();
            String manifest = Files.readString(directory.file(CheckpointDirectory.MANIFEST), StandardCharsets.UTF_8);
            Request complete = new Request.Complete(offer.migration(), manifest, logSize, shipment.sum(OUTPUT));
            Reply.Ready ready = expect(Reply.Ready.class, link.askBehindAll(complete));
            restoredAt = timeline.elapsed();
            long now = restoredAt / 1000;
            timeline.add(new Timeline.Step("verify", start / 1000, ready.verifyMicros(), 0));
            timeline.add(new Timeline.Step("restore", now - ready.restoreMicros(), ready.restoreMicros(), 0));
        }

        /**
         * The target hears of it at once: what is left here can do nothing any more but end, and that takes as long as the memory is
         * large.
         */
        private void handOver() throws IOException {
            timeline.enter("hand-over");
            try {
                records.write(SourceState.HANDED_OVER);
            } catch (JournalFull e) {
                // nothing was written
                throw e;
            } catch (IOException e) {
                // it may be on the disk: only if the target never takes it may the container go on here
                if (!isDiscarded(e)) {
                    handedOver = true;
                    return;
                }
                throw e;
            }
            handedOver = true;
            try {
                Thread.ofVirtual().name("commit-" + offer.migration()).start(commit);
            } catch (RuntimeException | Error e) {
                // nothing that fails from here on may let the container go on; the target is told when it has ended
                LOG.warn("migration {}: the target is told late: {}", offer.migration(), e.toString());
            }
        }

        private boolean isDiscarded(IOException why) {
            try {
                String reason = String.valueOf(why.getMessage());
                return link.ask(new Request.Abandon(offer.migration(), reason)) instanceof Reply.Discarded;
            } catch (IOException e) {
                why.addSuppressed(e);
                return false;
            }
        }

        void stop() {
            DumpShipping running = shipping;
            if (running != null) {
                running.stop();
            }
        }

        private List<String> names(CheckpointDirectory directory) throws IOException {
            try {
                return directory.manifest().files().stream()
                        .map(FileRecord::name)
                        .toList();
            } catch (CriuException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }
}
