package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LinkProxy;
import dev.ferry.testing.Requires;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Engines, CRIUs, monitors and the wire fail at every record of a migration. Whatever it is: one copy runs in the end, it goes on where it stood
 * still, and the other side has nothing of it.
 */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MigrationCrashTest {
    /** For a look at a few: a part of their names. */
    private static final String ONLY = System.getProperty("ferry.crashes", "");

    private CrashRig rig;
    private CrashRig plain;
    private CrashRig small;
    private CrashRig hasty;

    @BeforeAll
    void start(@TempDir Path home) {
        rig = new CrashRig(home.resolve("any"), CrashRig.Disks.SHARED);
        plain = new CrashRig(home.resolve("plain"), CrashRig.Disks.SHARED, "--journal", "plain");
        small = new CrashRig(home.resolve("small"), CrashRig.Disks.SMALL);
        hasty = new CrashRig(home.resolve("hasty"), CrashRig.Disks.SHARED, "--peer-timeout", "1");
    }

    @AfterAll
    void end() throws Exception {
        for (CrashRig each : List.of(rig, plain, small, hasty)) {
            each.end();
            each.report();
        }
    }

    private static <T> Stream<DynamicTest> tests(String what, List<T> all, Survived<T> survived) {
        return all.stream()
                .filter(each -> (what + each).contains(ONLY))
                .map(each -> DynamicTest.dynamicTest(what + each, () -> survived.by(each)));
    }

    private interface Survived<T> {
        void by(T what) throws Exception;
    }

    @TestFactory
    Stream<DynamicTest> oneCopyRunsInTheEnd() {
        List<CrashPoint> all = CrashPoint.all();
        assertThat(all).hasSizeGreaterThan(120);
        return tests("", all, rig::strike);
    }

    /** Killed, by the kernel for want of memory say, while the target had no engine: what it has done must not be done again. */
    @Test
    void containerThatHasRunIsNotRestoredOnceMore() throws Exception {
        CrashPoint.Point running =
                new CrashPoint.Point(CrashPoint.Way.MOVES, TargetState.RUNNING, CrashPoint.Moment.BEFORE);
        rig.run(
                running,
                (house, id) -> {
                    house.b.job(id).requireCountsOn();
                    house.b.killApart();
                    CrashRig.kill(house.b.inits().getFirst());
                },
                true);
    }

    /** Somewhere in what an engine does from one record to the next. */
    @TestFactory
    Stream<DynamicTest> deathsBetweenRecords() throws Exception {
        List<Death> deaths = new ArrayList<>();
        rig.steps().forEach((side, steps) -> {
            for (int step : CrashPoint.betweenRecords(steps)) {
                deaths.add(new Death(side, step, false, steps.get(step - 1)));
                deaths.add(new Death(side, step, true, steps.get(step - 1)));
            }
        });
        assertThat(deaths).hasSizeGreaterThan(12);
        return tests("", deaths, death -> rig.dieBefore(death.side(), death.step(), death.both()));
    }

    /** Of an engine, or of both, before a step of one of them. */
    private record Death(Side side, int step, boolean both, String name) {
        @Override
        public String toString() {
            return (both ? "both before " : "before ") + side.name().toLowerCase(Locale.ROOT) + " step " + step + ": "
                    + name.replaceAll("/.*/", "…/");
        }
    }

    @TestFactory
    Stream<DynamicTest> tornRecords() {
        return tests(
                "torn ",
                CrashPoint.points().stream()
                        .filter(point -> point.moment() == CrashPoint.Moment.AFTER)
                        .toList(),
                plain::tear);
    }

    /** For longer than either side waits: refused, half open, and held up on the way. */
    @TestFactory
    Stream<DynamicTest> partitions() {
        return Stream.of(LinkProxy.Trouble.REFUSE, LinkProxy.Trouble.SWALLOW, LinkProxy.Trouble.STALL)
                .flatMap(trouble -> tests(
                        trouble.name().toLowerCase(Locale.ROOT) + " ",
                        CrashPoint.points(),
                        point -> hasty.part(point, trouble)));
    }

    @TestFactory
    Stream<DynamicTest> fullDisks() {
        return tests("full ", CrashPoint.points(), small::fill);
    }
}
