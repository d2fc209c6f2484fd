package dev.ferry.migration.transfer;

import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Dialer;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireBroken;
import dev.ferry.migration.protocol.WireException;
import dev.ferry.migration.recovery.TargetState;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A source's way to its target, over as many connections as it takes: after a cut it dials again, learns how much has arrived, goes back to
 * that, and asks again what was not answered. It gives up when no connection could be made for as long as its patience. Used by one thread at a
 * time, except for {@link #cancel}.
 */
public final class Link implements AutoCloseable {
    /** From one attempt to the next. */
    private static final long PAUSE_MILLIS = 100;
    /** For one answer, beats coming: the other side may have an image to unpack or gigabytes to restore. */
    private static final Duration ANSWER = Duration.ofMinutes(15);

    private static final Duration FAREWELL = Duration.ofSeconds(10);

    private final Dialer dialer;
    private final String peer;
    private final String migration;
    private final Shipment shipment;
    private final long bandwidth;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private volatile @Nullable Wire wire;
    private Duration patience;
    private boolean offered;

    /**
     * Dials nothing yet.
     *
     * @param bandwidth bytes a second at most, 0 for no limit
     * @param patience how long a cut may last
     */
    public Link(Dialer dialer, String peer, String migration, Shipment shipment, long bandwidth, Duration patience) {
        this.dialer = dialer;
        this.peer = peer;
        this.migration = migration;
        this.shipment = shipment;
        this.bandwidth = bandwidth;
        this.patience = patience;
    }

    /** How long a cut may last from now on. */
    public void patience(Duration value) {
        patience = value;
    }

    /**
     * Asks until there is an answer.
     *
     * @throws Refusal when the answer is no, or the target has given the migration up
     * @throws WireException when there was no connection for too long
     */
    public Reply ask(Request request) throws Refusal, WireException {
        long deadline = deadline();
        while (true) {
            Wire connection = connection(deadline);
            try {
                Reply reply = connection.request(request, ANSWER);
                requireConsent(reply);
                offered |= request instanceof Request.Offer;
                return reply;
            } catch (WireBroken e) {
                connection.close();
                requireTime(deadline, e);
            }
        }
    }

    /**
     * Asks something that makes sense only once everything that was shipped has arrived: what a cut took along is sent again before it.
     *
     * @throws Refusal as {@link #ask}
     */
    public Reply askBehindAll(Request request) throws Refusal, IOException {
        long deadline = deadline();
        while (true) {
            Wire connection = connection(deadline);
            try {
                if (pump(connection) > 0) {
                    deadline = deadline();
                }
                Reply reply = connection.request(request, ANSWER);
                requireConsent(reply);
                return reply;
            } catch (WireBroken e) {
                connection.close();
                requireTime(deadline, e);
            }
        }
    }

    private long pump(Wire connection) throws IOException {
        return shipment.pump((stream, offset, bytes) -> {
            requireWanted();
            connection.send(new Chunk(migration, stream, offset, bytes));
        });
    }

    /** Sends everything that is there of the shipment; returns how many bytes that was. */
    public long ship() throws Refusal, IOException {
        long before = shipment.sent();
        long deadline = deadline();
        while (true) {
            Wire connection = connection(deadline);
            try {
                while (pump(connection) > 0) {
                    deadline = deadline();
                }
                return shipment.sent() - before;
            } catch (WireBroken e) {
                connection.close();
                requireTime(deadline, e);
            }
        }
    }

    /** Says something once, over a connection that there is or one more, even after a cancellation. */
    public Reply lastWord(Request request) throws WireException {
        Wire now = wire;
        Wire connection = now != null && now.isOpen() ? now : dialer.dial(peer);
        wire = connection;
        return connection.request(request, FAREWELL);
    }

    /** Lets whoever is at work here fail with a {@link Refusal} of that kind, now and later. */
    public void cancel() {
        cancelled.countDown();
        Wire now = wire;
        if (now != null) {
            now.close();
        }
    }

    private Wire connection(long deadline) throws Refusal, WireException {
        while (true) {
            requireWanted();
            Wire now = wire;
            if (now != null && now.isOpen()) {
                return now;
            }
            try {
                Wire fresh = dialer.dial(peer);
                fresh.limit(bandwidth);
                wire = fresh;
                if (offered) {
                    goBack(fresh);
                }
            } catch (WireBroken e) {
                requireTime(deadline, e);
            }
        }
    }

    private void goBack(Wire fresh) throws Refusal, WireException {
        Reply reply = fresh.request(new Request.Resume(migration), ANSWER);
        requireConsent(reply);
        if (reply instanceof Reply.Holding holding) {
            for (Map.Entry<String, Long> stream : holding.streams().entrySet()) {
                if (stream.getValue() < 0) {
                    throw new Refusal(
                            "migration.protocol",
                            "peer \"" + peer + "\" says that it holds " + stream.getValue() + " bytes of \""
                                    + stream.getKey() + "\"; use the same release on both hosts");
                }
            }
            // a target that has verified everything takes nothing more
            if (holding.state().equals(TargetState.RESERVED.name())) {
                shipment.rewind(holding.streams());
            }
        }
    }

    private void requireConsent(Reply reply) throws Refusal {
        if (reply instanceof Reply.Refused refused) {
            throw new Refusal(refused.code(), "peer \"" + peer + "\" refuses: " + refused.text());
        }
    }

    private void requireTime(long deadline, WireBroken last) throws WireBroken {
        if (System.nanoTime() - deadline >= 0) {
            throw last;
        }
        try {
            // a cancellation ends the wait, and is found out at the next step
            cancelled.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireBroken("interrupted while peer \"" + peer + "\" was not connected", e);
        }
    }

    private void requireWanted() throws Refusal {
        if (cancelled.getCount() == 0) {
            throw new Refusal("migration.cancelled", "the migration was cancelled");
        }
    }

    private long deadline() {
        return System.nanoTime() + patience.toNanos();
    }

    @Override
    public void close() {
        Wire now = wire;
        if (now != null) {
            now.close();
        }
    }
}
