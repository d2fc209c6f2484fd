package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A job moves to another engine and back, and counts on. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MigrationTest {
    private static final int ROUND_TRIPS = Integer.getInteger("ferry.migrations", 3);

    private MigrationHouse house;

    @BeforeAll
    void startEngines(@TempDir Path home) throws Exception {
        house = new MigrationHouse(home).withBusybox();
    }

    @AfterAll
    void stopEngines() throws Exception {
        house.end();
    }

    @Test
    void jobMovesThereAndBackAndCountsOn() throws Exception {
        CheckpointHouse.Job job = house.a.start(CheckpointHouse.JOB);
        job.requireCountsOn();
        List<String> mountsOfB = house.b.mounts();
        for (int i = 0; i < ROUND_TRIPS; i++) {
            moved(house.a, "b", house.b, job.id);
            MigrationHouse.requireClean(house.a, job.id);
            moved(house.b, "a", house.a, job.id);
            MigrationHouse.requireClean(house.b, job.id);
        }
        assertThat(house.b.mounts()).isEqualTo(mountsOfB);
        house.a.client.containers().remove(job.id, true, true);
    }

    private static void moved(CheckpointHouse from, String to, CheckpointHouse target, String id) throws Exception {
        MigrationDetail end = MigrationHouse.move(from, to, id);
        assertThat(end.outcome()).as(end.error()).isEqualTo("moved");
        target.job(id).requireCountsOn();
        assertThat(target.inits()).containsExactly(target.job(id).pid());
    }
}
