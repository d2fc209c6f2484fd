package dev.ferry.engine.migration;

import dev.ferry.migration.protocol.Dialer;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.session.SourceSession;
import dev.ferry.migration.session.Timeline;
import dev.ferry.migration.transfer.Link;
import dev.ferry.migration.transfer.Shipment;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A live migration away from here: the session, and everything that is open for it. */
final class Leaving {
    private static final Logger LOG = LoggerFactory.getLogger(Leaving.class);

    private final Ongoing ongoing;
    private final Departure departure;
    private final Shipment shipment = new Shipment();
    private final Link link;
    private final Timeline timeline;
    private final SourceSession session;
    private final Duration expectedBlackout;
    private boolean farewellOwed;

    Leaving(
            Ongoing ongoing,
            Departure departure,
            Request.Offer offer,
            Records records,
            Dialer dialer,
            Patience patience,
            long bandwidth,
            Duration expectedBlackout) {
        this.expectedBlackout = expectedBlackout;
        this.ongoing = ongoing;
        this.departure = departure;
        this.timeline = new Timeline(ongoing::touch);
        this.link = new Link(dialer, ongoing.peer(), ongoing.id(), shipment, bandwidth, patience.running());
        this.session = new SourceSession(offer, departure, records::write, link, shipment, timeline, patience);
    }

    Ongoing ongoing() {
        return ongoing;
    }

    Departure departure() {
        return departure;
    }

    Timeline timeline() {
        return timeline;
    }

    /** Bytes given to connections so far. */
    long sent() {
        return shipment.sent();
    }

    /** How long it is expected to stand still. */
    Duration expectedBlackout() {
        return expectedBlackout;
    }

    /** See {@link SourceSession#cancel}. */
    boolean cancel() {
        return session.cancel();
    }

    /** Runs to the end of the session, on the calling thread. What is in doubt afterwards is somebody else's. */
    void run() {
        try (link;
                shipment) {
            switch (session.run()) {
                case SourceSession.Outcome.Moved moved -> ongoing.end(Ongoing.Outcome.MOVED, "");
                case SourceSession.Outcome.Stayed stayed -> {
                    farewellOwed = !stayed.told();
                    ongoing.end(
                            Ongoing.Outcome.FAILED, String.valueOf(stayed.why().getMessage()));
                }
                case SourceSession.Outcome.Unsettled unsettled -> {
                    LOG.warn("migration {}: {}", ongoing.id(), unsettled.why().getMessage());
                    settleOrDoubt(unsettled.why());
                }
            }
        } catch (IOException e) {
            LOG.warn("migration {}: {}", ongoing.id(), e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("migration {} failed", ongoing.id(), e);
            // what it has come to stands in the journal
            farewellOwed = ongoing.state() != SourceState.HANDED_OVER;
            ongoing.end(
                    ongoing.state() == SourceState.HANDED_OVER ? Ongoing.Outcome.IN_DOUBT : Ongoing.Outcome.FAILED,
                    String.valueOf(e));
        }
    }

    /** Whether the target may keep a place for what does not come. Asked by whoever ran it. */
    boolean isFarewellOwed() {
        return farewellOwed;
    }

    private void settleOrDoubt(IOException why) {
        if (ongoing.state() == SourceState.RETIRED) {
            ongoing.end(Ongoing.Outcome.MOVED, "");
        } else {
            ongoing.end(Ongoing.Outcome.IN_DOUBT, String.valueOf(why.getMessage()));
        }
    }
}
