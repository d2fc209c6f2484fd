package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One container is checkpointed and restored again and again. {@code -Dferry.cycles=100} for the full measure. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
final class CheckpointCyclesTest {
    private static final int CYCLES = Integer.getInteger("ferry.cycles", 5);

    /** The first cycles open and start what stays for good. */
    private static final int WARMING = 2;

    @TempDir
    Path home;

    private CheckpointHouse house;

    @BeforeEach
    void startEngine() throws Exception {
        house = new CheckpointHouse(home).startHere().withBusybox();
    }

    @AfterEach
    void stopEngine() throws Exception {
        house.end();
    }

    /** What an engine and its container hold. */
    private record Holdings(
            int descriptors, List<String> mounts, int cgroups, List<String> holders, int inits, Set<String> threads) {}

    private Holdings holdings() throws IOException {
        return new Holdings(
                descriptors(),
                house.mounts(),
                house.cgroups().size(),
                house.holders(),
                house.inits().size(),
                threads());
    }

    private static int descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return (int) all.count();
        }
    }

    /** Threads that belong to one operation, not to a pool. */
    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> Stream.of("criu", "verify", "sync", "follow").anyMatch(name::startsWith))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyCycleGoesOnAndNothingStaysBehind() throws Exception {
        CheckpointHouse.Job job = house.start(CheckpointHouse.JOB);
        job.requireCountsOn();
        cycles(job, "warming", WARMING);
        Holdings before = holdings();
        long begun = System.nanoTime();
        cycles(job, "c", CYCLES);
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        CheckpointHouse.await("as much as before: " + before, () -> holdings().equals(before));
        System.out.printf(
                "%d cycles in %d ms, %d lines, still %s%n",
                CYCLES, millis, job.output().lines().count(), before);
        assertThat(house.client.checkpoints().list(job.id)).isEmpty();
    }

    private void cycles(CheckpointHouse.Job job, String prefix, int count) throws Exception {
        for (int cycle = 0; cycle < count; cycle++) {
            String name = prefix + cycle;
            job.checkpoint(name, true);
            assertThat(job.status()).isEqualTo("exited");
            job.restore(name);
            job.requireCountsOn();
            house.client.checkpoints().remove(job.id, name);
        }
    }
}
