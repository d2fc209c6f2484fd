package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.model.checkpoint.CheckpointSummary;
import dev.ferry.api.model.container.RestartPolicy;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine dies before a step of a checkpoint or of a restore. The steps are those that the engine itself takes, so one that is added is
 * tried too: {@code -Dferry.deaths=1} for each of them, otherwise every so many, the one after a commit among them. The job has a
 * restart policy: a death that was none must not start it afresh.
 */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EngineDeathDuringCheckpointTest {
    private static final int EVERY = Integer.getInteger("ferry.deaths", 4);

    private CheckpointHouse house;
    private CheckpointHouse.Job job;
    private List<String> mounts;

    @BeforeAll
    void startEngine(@TempDir Path home) throws Exception {
        house = new CheckpointHouse(home).startApart().withBusybox();
    }

    @BeforeEach
    void startJob() throws Exception {
        job = house.start(
                CheckpointHouse.JOB, config -> config, host -> host.restartPolicy(new RestartPolicy("always", 0)));
        job.requireCountsOn();
        mounts = house.mounts();
    }

    @AfterEach
    void removeJob() throws Exception {
        house.client.containers().remove(job.id, true, true);
        assertThat(house.holders()).isEmpty();
        assertThat(house.inits()).isEmpty();
        assertThat(house.cgroups()).isEmpty();
    }

    @AfterAll
    void stopEngine() throws Exception {
        house.end();
    }

    private interface Work {
        void done() throws IOException;
    }

    /** What the engine had done and was about to do when it died; empty if it has so few steps that it did not. */
    private Optional<List<String>> deathBefore(int step, Work work) throws Exception {
        house.dieBefore(step);
        try {
            work.done();
        } catch (EngineRefused e) {
            throw e;
        } catch (IOException connectionLost) {
            // its engine is gone, or something else is wrong, which is seen next
        }
        Optional<List<String>> steps = house.died();
        if (steps.isPresent()) {
            house.startApart();
            job.settled();
        }
        return steps;
    }

    /** The job runs, or it does not and every checkpoint that is shown is whole; then the newest brings it back. */
    private void requireOneCopy(String newest, List<String> steps) throws Exception {
        try {
            for (CheckpointSummary each : house.client.checkpoints().list(job.id)) {
                CheckpointDirectory directory = CheckpointDirectory.of(job.checkpoint(each.name()));
                directory.verify(directory.manifest());
            }
            if (!job.status().equals("running")) {
                assertThat(house.inits()).isEmpty();
                assertThat(house.holders()).isEmpty();
                assertThat(house.cgroups()).isEmpty();
                job.requireCounted();
                job.restore(newest);
            }
            job.requireCountsOn();
            assertThat(house.inits()).containsExactly(job.pid());
            assertThat(house.holders()).hasSize(1);
            assertThat(house.cgroups()).hasSize(1);
            assertThat(house.mounts()).isEqualTo(mounts);
        } catch (AssertionError | Exception e) {
            throw new AssertionError("engine died before the last of " + steps + ": " + e.getMessage(), e);
        }
    }

    @Test
    void jobGoesOnOrIsInTheCheckpoint() throws Exception {
        assertThat(deathsInCheckpoint(true)).isGreaterThan(8);
    }

    @Test
    void jobThatIsLeftRunningGoesOn() throws Exception {
        assertThat(deathsInCheckpoint(false)).isGreaterThan(8);
    }

    private int deathsInCheckpoint(boolean exit) throws Exception {
        for (int step = Math.min(2, EVERY); ; step += EVERY) {
            String name = "c" + step;
            Optional<List<String>> steps = deathBefore(step, () -> job.checkpoint(name, exit));
            requireOneCopy(name, steps.orElse(List.of("none")));
            if (steps.isEmpty()) {
                return step - 1;
            }
        }
    }

    @Test
    void jobIsRestoredOrStillCanBe() throws Exception {
        for (int step = Math.min(3, EVERY); ; step += EVERY) {
            String name = "c" + step;
            job.checkpoint(name, true);
            Optional<List<String>> steps = deathBefore(step, () -> job.restore(name));
            requireOneCopy(name, steps.orElse(List.of("none")));
            if (steps.isEmpty()) {
                assertThat(step).isGreaterThan(12);
                return;
            }
        }
    }
}
