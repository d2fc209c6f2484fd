package dev.ferry.engine.migration;

import dev.ferry.engine.checkpoint.CheckpointRecovery;
import dev.ferry.engine.container.Adoption;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.LifeCycle;
import dev.ferry.engine.container.Moving;
import dev.ferry.engine.error.EngineException;
import dev.ferry.migration.record.MigrationRecord;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.session.TargetSession;
import dev.ferry.migration.transfer.Arrivals;
import dev.ferry.runtime.container.ExitRecord;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a new engine does about the migrations of the one before: the first step of docs/adr/0016's table for each, on its container's lane,
 * before any other engine is answered. What needs the other side's word goes to the {@link Resolver}.
 */
final class MigrationRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(MigrationRecovery.class);
    private static final int SIGKILL = 9;

    private final MigrationLog log;
    private final Grounds grounds;
    private final CheckpointRecovery checkpoints;
    private final Adoption adoption;
    private final LifeCycle life;
    private final Resolver resolver;

    MigrationRecovery(
            MigrationLog log,
            Grounds grounds,
            CheckpointRecovery checkpoints,
            Adoption adoption,
            LifeCycle life,
            Resolver resolver) {
        this.log = log;
        this.grounds = grounds;
        this.checkpoints = checkpoints;
        this.adoption = adoption;
        this.life = life;
        this.resolver = resolver;
    }

    /** Does it, on the calling thread and the containers' lanes; {@code done} is run when all of it is through. */
    void run(List<Container> moving, Runnable done) {
        try {
            log.ledger();
        } catch (EngineException e) {
            moving.forEach(this::withoutJournal);
            return;
        }
        Set<String> marked = new HashSet<>();
        CountDownLatch left = new CountDownLatch(moving.size());
        for (Container container : moving) {
            Moving mark = mark(container);
            marked.add(mark.migration());
            container.lane().post(() -> {
                try {
                    settle(container, mark);
                } catch (IOException | EngineException e) {
                    LOG.error("container {}, migration {}: {}", container.id(), mark.migration(), e.getMessage(), e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    left.countDown();
                }
            });
        }
        for (MigrationRecord record : log.ledger().recent()) {
            if (!marked.contains(record.migration())) {
                settle(record);
            }
        }
        try {
            left.await();
            done.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nobody knows whose it is, unless it was never still: then it runs here. */
    private void withoutJournal(Container container) {
        if (mark(container).stage() != Moving.Stage.LEAVING) {
            LOG.error(
                    "container {} is left alone: it is part of a migration, and the journal cannot be read",
                    container.id());
            Ongoing ongoing = unwritten(container.record(), mark(container));
            ongoing.end(Ongoing.Outcome.IN_DOUBT, "the journal of migrations cannot be read; see the engine's log");
            log.add(ongoing);
            return;
        }
        Grounds.settle(container, () -> adoption.adopt(container, container.record()));
    }

    private static Moving mark(Container container) {
        Moving mark = container.record().moving();
        if (mark == null) {
            throw new IllegalArgumentException("container " + container.id() + " is on no way anywhere");
        }
        return mark;
    }

    /** A migration of a container that has no mark of it: nothing was begun, or everything was brought to an end but the record. */
    private void settle(MigrationRecord last) {
        Ongoing ongoing = Ongoing.of(last);
        Records records = new Records(log.ledger(), ongoing, "");
        log.add(ongoing);
        try {
            switch (last.state()) {
                case SourceState state -> {
                    if (state == SourceState.OFFERED || state == SourceState.FROZEN || state == SourceState.RECLAIMED) {
                        records.write(SourceState.ABANDONED, last.epoch(), "");
                    }
                }
                case TargetState state -> {
                    if (state == TargetState.RESERVED || state == TargetState.VERIFIED || state == TargetState.READY) {
                        records.write(TargetState.DISCARDED);
                    } else if (state == TargetState.OWNED) {
                        records.write(TargetState.RUNNING);
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("migration {}: {}", last.migration(), e.getMessage());
        }
        showEnd(ongoing);
        if (ongoing.outcome().isEnd()) {
            grounds.forget(last.migration());
        }
    }

    private void showEnd(Ongoing ongoing) {
        if (ongoing.state() == SourceState.ABANDONED && wasReclaimed(ongoing.id())) {
            ongoing.end(Ongoing.Outcome.RECLAIMED, Resolver.RECLAIMED);
            return;
        }
        Ongoing.Outcome outcome = switch (ongoing.state()) {
            case SourceState state ->
                switch (state) {
                    case RETIRED -> Ongoing.Outcome.MOVED;
                    case RECLAIMED -> Ongoing.Outcome.RECLAIMED;
                    case ABANDONED -> Ongoing.Outcome.FAILED;
                    case HANDED_OVER -> Ongoing.Outcome.IN_DOUBT;
                    case NONE, OFFERED, FROZEN -> Ongoing.Outcome.UNDER_WAY;
                };
            case TargetState state ->
                switch (state) {
                    case RUNNING -> Ongoing.Outcome.MOVED;
                    case DISCARDED -> Ongoing.Outcome.FAILED;
                    case NONE, RESERVED, VERIFIED, READY, OWNED -> Ongoing.Outcome.UNDER_WAY;
                };
        };
        if (outcome != Ongoing.Outcome.UNDER_WAY) {
            String why = outcome == Ongoing.Outcome.MOVED ? "" : "the engine ended in the middle of it";
            ongoing.end(outcome, why);
        }
    }

    private boolean wasReclaimed(String migration) {
        return log.ledger().history(migration).stream().anyMatch(record -> record.state() == SourceState.RECLAIMED);
    }

    private void settle(Container container, Moving mark) throws IOException, InterruptedException {
        Side side = mark.stage() == Moving.Stage.ARRIVING ? Side.TARGET : Side.SOURCE;
        Optional<MigrationRecord> last = log.ledger().last(mark.migration(), side);
        ContainerRecord record = container.record();
        Ongoing ongoing = last.map(Ongoing::of).orElseGet(() -> unwritten(record, mark));
        log.add(ongoing);
        if (side == Side.TARGET) {
            target(container, mark, ongoing);
        } else {
            source(container, mark, ongoing);
        }
        showEnd(ongoing);
    }

    /** One that the journal has no word of. */
    private static Ongoing unwritten(ContainerRecord record, Moving mark) {
        boolean comes = mark.stage() == Moving.Stage.ARRIVING;
        return new Ongoing(
                mark.migration(),
                comes ? Side.TARGET : Side.SOURCE,
                record.id().text(),
                record.name(),
                mark.peer(),
                record.epoch() + 1,
                comes ? TargetState.NONE : SourceState.NONE);
    }

    private void source(Container container, Moving mark, Ongoing ongoing) throws IOException, InterruptedException {
        Records records = new Records(log.ledger(), ongoing, "");
        Departure departure = new Departure(grounds, container, mark, keepSource(mark.migration()));
        switch ((SourceState) ongoing.state()) {
            case NONE -> unknown(container, mark, ongoing);
            case OFFERED, FROZEN -> {
                abandon(records);
                letRunOn(container, mark);
                resolver.tellOfAbandon(ongoing, "the source's engine ended");
            }
            case ABANDONED -> letRunOn(container, mark);
            case HANDED_OVER -> {
                checkpoints.end(container);
                resolver.resolve(ongoing, departure, records);
            }
            case RETIRED -> {
                checkpoints.end(container);
                departure.leave();
            }
            case RECLAIMED -> {
                if (!checkpoints.survived(container)) {
                    checkpoints.takeBack(container);
                    resolver.restore(ongoing, departure);
                } else {
                    long epoch = log.ledger().epoch(ongoing.container());
                    departure.reclaimed(epoch);
                    records.write(SourceState.ABANDONED, epoch, "");
                }
            }
        }
    }

    private static void abandon(Records records) {
        try {
            records.write(SourceState.ABANDONED);
        } catch (IOException e) {
            // what stands there says as much: nothing was handed over
            LOG.warn("{}", e.getMessage());
        }
    }

    private void letRunOn(Container container, Moving mark) throws IOException {
        container.settle(container.record().withMoving(null));
        checkpoints.letRunOn(container);
        grounds.forget(mark.migration());
    }

    /** The mark is written behind the first record, and the one that says gone behind the second. */
    private void unknown(Container container, Moving mark, Ongoing ongoing) throws IOException {
        if (mark.stage() == Moving.Stage.LEAVING) {
            letRunOn(container, mark);
            ongoing.end(Ongoing.Outcome.FAILED, "the engine ended before it had offered the container");
            return;
        }
        ongoing.end(
                Ongoing.Outcome.IN_DOUBT,
                "container " + container.record().name()
                        + " may have been handed over, and the journal does not know of it: it is older than the container, or another one");
        LOG.error("migration {}: {}", mark.migration(), ongoing.error());
    }

    private boolean keepSource(String migration) {
        return log.ledger().history(migration).stream()
                .filter(record -> record.state() == SourceState.OFFERED)
                .anyMatch(record -> record.detail().contains(MigrationService.KEEP_SOURCE));
    }

    private void target(Container container, Moving mark, Ongoing ongoing) throws IOException, InterruptedException {
        Records records = new Records(log.ledger(), ongoing, "");
        Arrival arrival = new Arrival(grounds, container, mark);
        switch ((TargetState) ongoing.state()) {
            case NONE -> {
                arrival.discard();
                ongoing.end(Ongoing.Outcome.FAILED, "the engine ended before it had taken the offer");
            }
            case DISCARDED -> arrival.discard();
            case RESERVED -> {
                arrival.discard();
                records.write(TargetState.DISCARDED);
            }
            case VERIFIED, READY -> {
                if (container.record().incarnation() > 0) {
                    checkpoints.abandonRestore(container);
                }
                resume(ongoing, arrival, records);
            }
            case OWNED -> own(container, ongoing, arrival, records);
            case RUNNING -> {
                arrival.stay();
                adoption.adopt(container, container.record());
            }
        }
    }

    private void resume(Ongoing ongoing, Arrival arrival, Records records) {
        Arrivals nothing = new Arrivals(grounds.content(), List.of(), arrival.log(), arrival.dump());
        TargetSession session = TargetSession.resume(
                ongoing.id(),
                ongoing.epoch(),
                arrival,
                records::write,
                nothing,
                grounds.patience(),
                (TargetState) ongoing.state(),
                () -> log.changed(ongoing.id()));
        log.add(ongoing, session);
        if (session.state() == TargetState.OWNED) {
            resolver.own(session);
        }
    }

    /**
     * Whether the container came to its end by itself. A CRIU that takes a restore back fails and kills what it had made; one that was killed
     * when it was done has left a container that may have ended in any way, but was not killed by it.
     */
    private static boolean hasRun(ExitRecord exit) {
        return exit.failure() == null && (exit.criuStatus() == 0 || exit.signal() != SIGKILL);
    }

    private void own(Container container, Ongoing ongoing, Arrival arrival, Records records)
            throws IOException, InterruptedException {
        if (container.record().incarnation() > 0) {
            if (checkpoints.survived(container)) {
                records.write(TargetState.RUNNING);
                arrival.stay();
                return;
            }
            Optional<ExitRecord> exit =
                    ExitRecord.read(container.incarnation(container.record().incarnation()));
            if (exit.isPresent() && hasRun(exit.get())) {
                records.write(TargetState.RUNNING);
                arrival.stay();
                life.ended(container, exit.get());
                return;
            }
            checkpoints.takeBack(container);
        }
        resume(ongoing, arrival, records);
    }
}
