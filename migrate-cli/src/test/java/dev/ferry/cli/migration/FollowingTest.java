package dev.ferry.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.cli.render.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Against an engine that breaks off, comes back, is in doubt or is gone, as written down. */
final class FollowingTest {
    private static final Following.Patience NONE =
            new Following.Patience(Duration.ZERO, Duration.ZERO, Duration.ofMillis(1));
    private static final Following.Patience MUCH =
            new Following.Patience(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMillis(1));

    private final List<String> notes = new ArrayList<>();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Script engine = new Script();

    /** Streams, and answers between them. */
    private static final class Script implements Following.Engine {
        private final Deque<Stream> streams = new ArrayDeque<>();
        private final Deque<Answer> answers = new ArrayDeque<>();

        /** What a stream tells before it ends; an exception ends it, if there is one. */
        private record Stream(List<MigrationDetail> details, List<IOException> end) {}

        /** A detail, or why there is none. */
        private record Answer(List<MigrationDetail> detail, List<IOException> refusal) {}

        Script streams(MigrationDetail... details) {
            streams.add(new Stream(List.of(details), List.of()));
            return this;
        }

        Script breaks(IOException why, MigrationDetail... details) {
            streams.add(new Stream(List.of(details), List.of(why)));
            return this;
        }

        Script answers(MigrationDetail detail) {
            answers.add(new Answer(List.of(detail), List.of()));
            return this;
        }

        Script refuses(IOException why) {
            answers.add(new Answer(List.of(), List.of(why)));
            return this;
        }

        @Override
        public void follow(String id, Predicate<MigrationDetail> sink) throws IOException {
            assertThat(id).isEqualTo(Migrations.ID);
            Stream stream = streams.isEmpty() ? fail("nobody expected a stream more") : streams.removeFirst();
            for (MigrationDetail detail : stream.details()) {
                if (!sink.test(detail)) {
                    return;
                }
            }
            for (IOException why : stream.end()) {
                throw why;
            }
        }

        @Override
        public MigrationDetail inspect(String id) throws IOException {
            assertThat(id).isEqualTo(Migrations.ID);
            Answer answer = answers.isEmpty() ? fail("nobody expected a question more") : answers.removeFirst();
            for (IOException why : answer.refusal()) {
                throw why;
            }
            return answer.detail().getFirst();
        }
    }

    @Test
    void followsToTheEnd() throws Exception {
        engine.streams(Migrations.underWay("image"), Migrations.underWay("dump"), Migrations.moved());
        assertThat(follow(NONE)).isEqualTo(new Following.End.Over(Migrations.moved(), Migrations.moved()));
        assertThat(notes).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(3)
                .first()
                .asString()
                .startsWith("offer: ");
    }

    @Test
    void engineThatComesBackIsFollowedOn() throws Exception {
        engine.streams(Migrations.underWay("image"))
                .refuses(new IOException("no engine answers"))
                .refuses(new EngineRefused(404, "no such migration"))
                .refuses(new EngineRefused(503, "not yet"))
                .answers(Migrations.underWay(""))
                .breaks(new IOException("connection reset"), Migrations.underWay(""))
                .answers(Migrations.failed("failed", "the engine ended in the middle of it"));
        assertThat(follow(MUCH))
                .isInstanceOfSatisfying(
                        Following.End.Over.class,
                        over -> assertThat(over.detail().outcome()).isEqualTo("failed"));
        assertThat(notes)
                .hasSize(4)
                .first()
                .asString()
                .contains("the engine broke off")
                .contains("60 s");
        assertThat(notes.get(2)).contains("connection reset");
    }

    @Test
    void timelineOfAnEngineThatIsGoneIsKept() throws Exception {
        MigrationDetail late = Migrations.failed("moved", "");
        engine.streams(Migrations.underWay("image")).answers(late);
        MigrationDetail withTimeline = Migrations.moved();
        MigrationDetail from = new MigrationDetail(
                Migrations.ID,
                "",
                "job",
                "source",
                "b",
                2,
                "offered",
                "ship",
                "",
                "",
                "",
                "",
                withTimeline.progress(),
                0,
                0,
                withTimeline.timeline(),
                false,
                "");
        assertThat(following(MUCH).follow(from)).isEqualTo(new Following.End.Over(late, from));
    }

    @Test
    void engineThatStaysAwayIsLost() throws Exception {
        engine.streams(Migrations.underWay("dump")).refuses(new IOException("no engine answers"));
        assertThat(follow(NONE)).isInstanceOfSatisfying(Following.End.Lost.class, lost -> {
            assertThat(lost.last().phase()).isEqualTo("dump");
            assertThat(lost.why()).hasMessage("no engine answers");
        });
    }

    @Test
    void refusalThatTimeDoesNotHealIsNotWaitedFor() throws Exception {
        engine.streams().refuses(new EngineRefused(409, "several migrations"));
        assertThat(follow(MUCH)).isInstanceOf(Following.End.Lost.class);
    }

    @Test
    void doubtThatPassesIsToldAndWaitedFor() throws Exception {
        engine.streams(Migrations.inDoubt("source"), Migrations.inDoubt("source"), Migrations.moved());
        assertThat(follow(MUCH)).isInstanceOf(Following.End.Over.class);
        assertThat(notes).singleElement().asString().contains("whether it arrived is not known yet: no answer");
    }

    @Test
    void doubtThatStaysEndsTheWait() throws Exception {
        engine.streams(Migrations.underWay("hand-over"), Migrations.inDoubt("source"));
        assertThat(follow(NONE)).isEqualTo(new Following.End.InDoubt(Migrations.inDoubt("source")));
    }

    @Test
    void whatIsOverAlreadyIsNotFollowed() throws Exception {
        assertThat(following(NONE).follow(Migrations.moved())).isInstanceOf(Following.End.Over.class);
        assertThat(err.size()).isZero();
    }

    private Following.End follow(Following.Patience patience) throws InterruptedException {
        return following(patience).follow(Migrations.underWay("offer"));
    }

    private Following following(Following.Patience patience) {
        Console console = new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err);
        return new Following(engine, new Progress.Told(console), notes::add, patience);
    }
}
