package dev.ferry.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.cli.invocation.EngineProgram;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import dev.ferry.cli.render.Console;
import dev.ferry.cli.rootfs.HostImage;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A Java program that checks its memory whole at every step moves to another engine and back, again and again; what it says is checked from
 * outside, and neither engine keeps anything. {@code -Dferry.migrations=50} for the full measure, {@code -Dferry.engines=…} for engines on
 * other machines.
 */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS})
@Timeout(value = 60, unit = TimeUnit.MINUTES)
final class MigrationRoundTripsTest {
    private static final int ROUND_TRIPS = Integer.getInteger("ferry.migrations", 3);
    /** Two engines that are peers, on machines of their own: {@code a=tcp://host-a:2375,b=tcp://host-b:2375}. */
    private static final String GIVEN = System.getProperty("ferry.engines", "");

    /** Milliseconds between two steps: a timer of the job ticks several times in each. */
    private static final int PAUSE = 400;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Not a TempDir: that one warns of each of the hundreds of links in an image. */
    private final Path home = Files.createTempDirectory("ferry-trips-").toRealPath();

    private List<String> engine = List.of();
    private List<Path> programs = List.of();

    MigrationRoundTripsTest() throws IOException {}

    @BeforeEach
    void findPrograms() {
        Invocation invocation = new Invocation(
                new Console(
                        InputStream.nullInputStream(),
                        OutputStream.nullOutputStream(),
                        OutputStream.nullOutputStream()),
                Map.of("PATH", System.getenv().getOrDefault("PATH", "/bin")));
        programs = HostImage.programs(invocation);
        try {
            engine = EngineProgram.command(invocation);
        } catch (Refusal e) {
            abort("skipped: " + e.getMessage());
        }
    }

    @AfterEach
    void deleteAll() throws IOException {
        try (Stream<Path> tree = Files.walk(home)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** What the job's output must say, step by step. */
    private static final class Witness {
        private final JobPlan plan;
        private int seen;

        Witness(int blocks) {
            plan = new JobPlan(blocks);
        }

        /** Every step once, in order, and each with the memory that it must have. */
        void hear(JobTrace trace) {
            assertThat(trace.faults()).isEmpty();
            for (JobTrace.Step step : trace.steps().subList(seen, trace.steps().size())) {
                plan.advance();
                assertThat(step.number()).isEqualTo(plan.step());
                assertThat(step.memory())
                        .as("memory at step %d", step.number())
                        .isEqualTo(Long.toHexString(plan.total()));
            }
            seen = trace.steps().size();
        }
    }

    @Test
    void javaJobGoesThereAndBack() throws Exception {
        thereAndBack(32);
    }

    @Test
    void jobOf256MegabytesGoesThereAndBack() throws Exception {
        thereAndBack(256);
    }

    private void thereAndBack(int megabytes) throws Exception {
        if (!GIVEN.isEmpty()) {
            List<TripEngine> given = GivenEngine.parse(GIVEN);
            try (TripEngine a = given.getFirst();
                    TripEngine b = given.getLast()) {
                thereAndBack(a, b, megabytes);
            }
            return;
        }
        try (PeerEngine a = PeerEngine.start(engine, Files.createDirectory(home.resolve("a")), "a");
                PeerEngine b = PeerEngine.start(engine, Files.createDirectory(home.resolve("b")), "b")) {
            a.client().peers().join(b.client().peers().invite().token(), "");
            thereAndBack(a, b, megabytes);
        }
    }

    private void thereAndBack(TripEngine a, TripEngine b, int megabytes) throws Exception {
        Demo.makeImage(a.client(), programs);
        String id = Demo.createJob(a.client(), megabytes, PAUSE);
        a.client().containers().start(id);
        Witness witness = new Witness(megabytes);
        goesOn(a, id, witness);

        // the first trips open and start what stays for good
        roundTrip(a, b, id, witness);
        roundTrip(a, b, id, witness);
        Map<String, Integer> ofA = a.holdings();
        Map<String, Integer> ofB = b.holdings();
        List<Long> blackouts = new ArrayList<>();
        long begun = System.nanoTime();
        for (int i = 0; i < ROUND_TRIPS; i++) {
            blackouts.addAll(roundTrip(a, b, id, witness));
        }
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        requireSame(a, ofA);
        requireSame(b, ofB);
        JobTrace file = JobTrace.ofFile(Demo.read(a.client(), id));
        assertThat(file.gap(1)).isEmpty();
        assertThat(file.wrongMemory(megabytes)).isEmpty();
        blackouts.sort(null);
        System.out.printf(
                "%d MiB: %d times there and back in %d ms, %d steps; stood still for %d to %d ms, median %d%n",
                megabytes,
                ROUND_TRIPS,
                millis,
                witness.seen,
                blackouts.getFirst() / 1000,
                blackouts.getLast() / 1000,
                blackouts.get(blackouts.size() / 2) / 1000);
    }

    private static List<Long> roundTrip(TripEngine a, TripEngine b, String id, Witness witness) throws Exception {
        return List.of(move(a, b, id, witness), move(b, a, id, witness));
    }

    /** Returns for how many microseconds it stood still. */
    private static long move(TripEngine from, TripEngine to, String id, Witness witness) throws Exception {
        MigrationDetail[] last = new MigrationDetail[1];
        MigrationRequest request = new MigrationRequest(id, to.name(), false, false, List.of(), 0);
        String migration = from.client().migrations().begin(request).id();
        from.client().migrations().follow(migration, detail -> last[0] = detail);
        assertThat(last[0].outcome()).as(last[0].error()).isEqualTo("moved");
        goesOn(to, id, witness);
        assertThat(from.client().containers().list(true, Map.of()))
                .noneMatch(each -> each.id().equals(id));
        assertThat(from.holders()).isEmpty();
        return last[0].blackoutMicros();
    }

    /** Waits for two steps more: the first may have been made and not been said before the move. */
    private static void goesOn(TripEngine at, String id, Witness witness) throws IOException, InterruptedException {
        int before = witness.seen;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (witness.seen < before + 2) {
            assertThat(System.nanoTime())
                    .as("step %d, the job is %s", before + 2, status(at.client(), id))
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
            witness.hear(Demo.output(at.client(), id));
        }
        assertThat(status(at.client(), id)).isEqualTo("running");
    }

    private static String status(EngineClient engine, String id) throws IOException {
        return engine.containers().inspect(id).state().status();
    }

    /** Some of it is let go of a moment after the answer. */
    private static void requireSame(TripEngine engine, Map<String, Integer> before)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<String> differences = differences(before, engine.holdings());
        while (!differences.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
            differences = differences(before, engine.holdings());
        }
        assertThat(differences).as("held by %s", engine.name()).isEmpty();
    }

    private static List<String> differences(Map<String, Integer> before, Map<String, Integer> now) {
        return Stream.concat(before.keySet().stream(), now.keySet().stream())
                .distinct()
                .filter(what -> !before.getOrDefault(what, 0).equals(now.getOrDefault(what, 0)))
                .map(what -> what + ": " + before.getOrDefault(what, 0) + " before, " + now.getOrDefault(what, 0))
                .toList();
    }
}
