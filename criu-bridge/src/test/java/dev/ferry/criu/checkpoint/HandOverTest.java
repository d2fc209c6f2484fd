package dev.ferry.criu.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On which side of the line a container is that is handed over to somebody else, when CRIU dies. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.CRIU})
class HandOverTest {
    private static final CheckpointOptions HANDS_OVER = CheckpointOptions.DEFAULT.withHandsOver(true);
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Rig rig;

    @BeforeEach
    void makeRig() throws Exception {
        rig = new Rig(folder);
    }

    @AfterEach
    void closeRig() throws Exception {
        rig.close();
    }

    private Rig.Case counter() throws Exception {
        Rig.Case counter = rig.start(CheckpointFailureTest.COUNTER);
        counter.awaitOutput("5\n");
        return counter;
    }

    private CheckpointRequest request(Rig.Case counter, Work atCommit) {
        return counter.request(HANDS_OVER, FrozenWork.NONE, phase -> {
            if (phase instanceof Phase.Dumped) {
                atCommit.run();
            }
        });
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private static void assertCountsOn(Rig.Case counter) throws Exception {
        String before = counter.output();
        counter.awaitOutput(before + before.lines().count() + "\n");
        CheckpointerTest.assertCountsOn(counter.output());
    }

    @Test
    void endsTheContainerAndItsCopyGoesOn() throws Exception {
        Rig.Case counter = counter();

        CheckpointReport report = rig.checkpointer.checkpoint(request(counter, () -> {}));

        assertThat(counter.process.endsWithin(SOON)).isTrue();
        counter.restore(report.directory());
        assertCountsOn(counter);
    }

    @Test
    void refusalAtTheLineLetsTheContainerGoOn() throws Exception {
        Rig.Case counter = counter();

        assertThatThrownBy(() -> rig.checkpointer.checkpoint(request(counter, () -> {
                    throw new IOException("the other side refused");
                })))
                .hasMessageContaining("the other side refused");

        assertCountsOn(counter);
    }

    @Test
    void withoutCriuTheContainerStandsStillUntilTheLineIsCrossedOrNot() throws Exception {
        Rig.Case counter = counter();
        AtomicReference<String> after = new AtomicReference<>("");

        assertThatThrownBy(() -> rig.checkpointer.checkpoint(request(counter, () -> {
                    CheckpointFailureTest.killCriu();
                    assertThat(counter.cgroup().isFrozen()).isTrue();
                    after.set(counter.output());
                    throw new IOException("the other side refused");
                })))
                .isNotNull();

        assertThat(counter.output()).startsWith(after.get());
        assertCountsOn(counter);
    }

    @Test
    void criuThatDiesAtTheLineDoesNotLetTheContainerGoOn() throws Exception {
        Rig.Case counter = counter();
        AtomicReference<String> atTheLine = new AtomicReference<>("");

        CheckpointReport report = rig.checkpointer.checkpoint(request(counter, () -> {
            counter.process.awaitDrained(SOON);
            atTheLine.set(counter.output());
            CheckpointFailureTest.killCriu();
        }));

        assertThat(counter.process.endsWithin(SOON)).isTrue();
        assertThat(counter.output()).isEqualTo(atTheLine.get());
        counter.restore(report.directory());
        assertCountsOn(counter);
    }
}
