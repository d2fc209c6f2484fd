package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LinkProxy;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TwoHosts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job moves to another engine and back, and counts on. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
final class MigrationTest {
    private static final int ROUND_TRIPS = Integer.getInteger("ferry.migrations", 2);

    @Test
    @Requires(Feature.TWO_HOSTS)
    void jobMovesToAnotherHostAndBack(@TempDir Path home) throws Exception {
        MigrationHouse house = new MigrationHouse(home, TwoHosts.start()).withBusybox();
        try {
            thereAndBack(house, CheckpointHouse.JOB, ROUND_TRIPS);
        } finally {
            house.end();
        }
    }

    /** Far away, and losing some: by the kernel where it can, else by what stands at the link's ends, which cuts it instead. */
    @Test
    @Requires(Feature.TWO_HOSTS)
    void jobMovesOverABadLink(@TempDir Path home) throws Exception {
        TwoHosts hosts = TwoHosts.start();
        hosts.limit(200);
        boolean byKernel = hosts.impair(Duration.ofMillis(30), 1);
        MigrationHouse house = new MigrationHouse(home, hosts).withBusybox();
        try {
            for (LinkProxy link : List.of(house.toA, house.toB)) {
                if (!byKernel) {
                    link.delay(Duration.ofMillis(30));
                    link.after(200_000, LinkProxy.Trouble.CUT);
                }
            }
            thereAndBack(house, CheckpointHouse.JOB, 1);
        } finally {
            house.end();
        }
    }

    @Test
    void jobMovesToAnotherEngineOfThisHostAndBack(@TempDir Path home) throws Exception {
        MigrationHouse house = new MigrationHouse(home).withBusybox();
        try {
            thereAndBack(house, CheckpointHouse.JOB, 1);
        } finally {
            house.end();
        }
    }

    private static void thereAndBack(MigrationHouse house, String script, int times) throws Exception {
        CheckpointHouse.Job job = house.a.start(script);
        job.requireCountsOn();
        List<String> mountsOfB = house.b.mounts();
        for (int i = 0; i < times; i++) {
            moved(house.a, "b", house.b, job.id);
            MigrationHouse.requireClean(house.a, job.id);
            moved(house.b, "a", house.a, job.id);
            MigrationHouse.requireClean(house.b, job.id);
        }
        assertThat(house.b.mounts()).isEqualTo(mountsOfB);
    }

    private static void moved(CheckpointHouse from, String to, CheckpointHouse target, String id) throws Exception {
        MigrationDetail end = MigrationHouse.move(from, to, id);
        assertThat(end.outcome()).as(end.error()).isEqualTo("moved");
        target.job(id).requireCountsOn();
        assertThat(target.inits()).containsExactly(target.job(id).pid());
    }
}
