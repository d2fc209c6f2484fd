package dev.ferry.criu.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.CriuCrashed;
import dev.ferry.criu.CriuException;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A CRIU that neither answers nor ends: the deadline ends it, and the container is as if it had never been asked for. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX})
final class HungCriuTest {
    private static final int SIGSTOP = 19;
    private static final CheckpointOptions HURRIED = CheckpointOptions.DEFAULT.withDeadline(Duration.ofSeconds(2));

    @TempDir
    Path folder;

    private Rig rig;

    @BeforeEach
    void makeRig() throws Exception {
        rig = new Rig(folder);
        rig.checkpointer.probe();
    }

    @AfterEach
    void closeRig() throws Exception {
        rig.close();
    }

    private Rig.Case counter() throws Exception {
        Rig.Case counter = rig.start("i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done");
        counter.awaitOutput("5\n");
        return counter;
    }

    private static void assertUnharmed(Rig.Case counter) throws Exception {
        String before = counter.output();
        counter.awaitOutput(before + before.lines().count() + "\n");
        counter.restore(counter.checkpoint().directory());
        String after = counter.output();
        counter.awaitOutput(after + after.lines().count() + "\n");
        CheckpointerTest.assertCountsOn(counter.output());
    }

    private abstract static class At implements PhaseListener {
        private final String wanted;

        At(String wanted) {
            this.wanted = wanted;
        }

        abstract void happens() throws IOException;

        @Override
        public void entering(Phase phase) throws IOException {
            passing(phase.getClass().getSimpleName());
        }

        @Override
        public void passing(String point) throws IOException {
            if (point.equals(wanted)) {
                happens();
            }
        }
    }

    /** Stops the CRIU whose name lies in the incarnation's directory. */
    private static void stopCriu(Path incarnation) throws IOException {
        String noted = Files.readString(AbandonedCriu.work(incarnation).resolve("criu.json"));
        Matcher pid = Pattern.compile("\"pid\":(\\d+)").matcher(noted);
        assertThat(pid.find()).as(noted).isTrue();
        try (PidFd process = PidFd.open(Integer.parseInt(pid.group(1)))) {
            process.sendSignal(SIGSTOP);
        }
    }

    @Test
    void stoppedDumpEndsWithTheDeadlineAndTheContainerRunsOn() throws Exception {
        Rig.Case counter = counter();
        for (String point : List.of("NetworkLock")) {
            CheckpointRequest request = counter.request(HURRIED, FrozenWork.NONE, new At(point) {
                @Override
                void happens() throws IOException {
                    stopCriu(counter.process.directory());
                }
            });
            assertThatThrownBy(() -> rig.checkpointer.checkpoint(request))
                    .as(point)
                    .isInstanceOf(CriuCrashed.class)
                    .hasMessageContaining("did not answer within 2 s and was ended");
            assertThat(request.directory()).doesNotExist();
            assertUnharmed(counter);
        }
    }

    @Test
    void dumpOfAFrozenVersion1GroupIsFreedByTheThaw() throws Exception {
        Rig.Case counter = counter();
        Assumptions.assumeTrue(counter.cgroup().mode() != CgroupMode.V2, "skipped: no freezer of version 1");
        // somebody freezes it after Ferry has looked: CRIU attaches to tasks that cannot answer, and cannot be killed
        // itself
        CheckpointRequest request = counter.request(HURRIED, FrozenWork.NONE, new At("Dumping") {
            @Override
            void happens() throws IOException {
                counter.cgroup().freeze(Duration.ofSeconds(10)).keepFrozen();
            }
        });
        assertThatThrownBy(() -> rig.checkpointer.checkpoint(request)).isInstanceOf(CriuException.class);
        assertThat(request.directory()).doesNotExist();
        assertThat(counter.cgroup().isFrozen()).isFalse();
        assertUnharmed(counter);
    }

    @Test
    void stoppedRestoreEndsWithTheDeadlineAndCanBeTriedAgain() throws Exception {
        Rig.Case counter = counter();
        for (String point : List.of("PostRestore")) {
            CheckpointReport report = counter.checkpoint();
            At stopped = new At(point) {
                @Override
                void happens() throws IOException {
                    stopCriu(counter.directory());
                }
            };
            assertThatThrownBy(() -> counter.restore(
                            report.directory(), stopped, new RestoreOptions(false, Duration.ofSeconds(2))))
                    .as(point)
                    .isInstanceOf(CriuCrashed.class)
                    .hasMessageContaining("did not answer within 2 s and was ended");
            counter.restore(report.directory());
            assertUnharmed(counter);
        }
    }
}
