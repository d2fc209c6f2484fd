package dev.ferry.criu.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.runtime.linux.SessionKeyring;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.testing.Executables;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers that are checkpointed and come back as if nothing had been. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX})
final class CheckpointerTest {
    private static final String COUNTER = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done";

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

    /** The numbers that a counting script printed: all of them, in order, none twice. */
    static void assertCountsOn(String output) {
        List<String> lines = output.lines().toList();
        assertThat(lines)
                .isEqualTo(IntStream.range(0, lines.size())
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void counterGoesOnWithoutGapOrRepeat() throws Exception {
        Rig.Case counter = rig.start(COUNTER);
        counter.awaitOutput("5\n");

        CheckpointReport report = counter.checkpoint();
        String before = counter.output();
        assertThat(report.directory().isCommitted()).isTrue();
        counter.restore(report.directory());

        counter.awaitOutput(before + before.lines().count() + "\n");
        assertCountsOn(counter.output());
    }

    @Test
    void filesOfTheOverlayAreThereAgain() throws Exception {
        Rig.Case writer = rig.start(
                "echo old > /tmp/kept; exec 3>/tmp/open; exec 4</etc/passwd; echo ready;"
                        + " while ! [ -e /tmp/go ]; do sleep 0.02; done; echo more >&3; cat /tmp/kept; head -c 4 <&4; echo; echo end");
        writer.awaitOutput("ready");

        CheckpointReport report = writer.checkpoint();
        writer.restore(report.directory());
        writer.letGo();

        writer.awaitOutput("old\nroot\nend");
        assertThat(folder.resolve(writer.id + "/upper/tmp/open")).hasContent("more");
    }

    @Test
    void floodHasNoGapAndNoRepeat() throws Exception {
        Rig.Case flood = rig.start("i=0; while :; do echo $i; i=$((i+1)); done");
        flood.awaitOutput("1000\n");
        for (int cycle = 0; cycle < 3; cycle++) {
            CheckpointReport report = flood.checkpoint();
            long lines = flood.output().lines().count();
            flood.restore(report.directory());
            flood.awaitOutput("\n" + (lines + 1000) + "\n");
        }
        flood.checkpoint();
        assertCountsOn(flood.output());
    }

    @Test
    void inputThatWasNotReadIsNotLost() throws Exception {
        Rig.Case reader = rig.start(
                Rig.shell(
                        "echo ready; while ! [ -e /tmp/go ]; do sleep 0.02; done; while read line; do echo got $line; done; echo end"),
                true,
                true);
        reader.awaitOutput("ready");
        OutputStream stdin = reader.process.stdin();
        stdin.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
        stdin.flush();

        CheckpointReport report = reader.checkpoint();
        assertThat(report.directory().file(CheckpointDirectory.UNREAD_STDIN)).hasContent("one\ntwo");
        reader.restore(report.directory());
        reader.process.stdin().write("three\n".getBytes(StandardCharsets.UTF_8));
        reader.process.stdin().flush();
        reader.process.closeStdin();
        reader.letGo();

        reader.awaitOutput("got one\ngot two\ngot three\nend");
        assertThat(reader.process.awaitExit().exitCode()).isZero();
    }

    @Test
    void terminalComesBack() throws Exception {
        DefaultSpec spec = DefaultSpec.builder()
                .arguments(List.of("/bin/sh"))
                .terminal(new dev.ferry.runtime.oci.Process.ConsoleSize(24, 80));
        Rig.Case shell = rig.start(spec, true, true);
        shell.awaitOutput("# "); // what comes before the prompt is thrown away by the shell
        shell.process.stdin().write("kept=42; echo is-$kept\n".getBytes(StandardCharsets.UTF_8));
        shell.process.stdin().flush();
        try {
            shell.awaitOutput("is-42");
        } catch (AssertionError e) {
            System.out.println("LOG<" + shell.output() + ">" + shell.process.status());
            throw e;
        }

        CheckpointReport report = shell.checkpoint();
        shell.restore(report.directory());
        shell.process.stdin().write("echo was-$kept; tty; exit 5\n".getBytes(StandardCharsets.UTF_8));
        shell.process.stdin().flush();

        shell.awaitOutput("was-42");
        assertThat(shell.process.awaitExit().exitCode()).isEqualTo(5);
        assertThat(shell.output()).contains("/dev/");
    }

    @Test
    void exitCodeAfterARestoreIsTheProgramsOwn() throws Exception {
        Rig.Case program = rig.start("echo ready; while ! [ -e /tmp/go ]; do sleep 0.02; done; exit 42");
        program.awaitOutput("ready");
        CheckpointReport report = program.checkpoint();
        program.restore(report.directory());

        program.letGo();

        assertThat(program.process.awaitExit().exitCode()).isEqualTo(42);
    }

    @Test
    void containerThatIsLeftRunningGoesOnAndItsCheckpointIsGood() throws Exception {
        Rig.Case counter = rig.start(COUNTER);
        counter.awaitOutput("5\n");

        CheckpointReport report = rig.checkpointer.checkpoint(
                counter.request(CheckpointOptions.DEFAULT.withLeaveRunning(true), FrozenWork.NONE, PhaseListener.NONE));

        String before = counter.output();
        counter.awaitOutput(before + before.lines().count() + "\n");
        assertThat(counter.process.exit()).isEmpty();
        report.directory().verify(report.directory().manifest());
        assertCountsOn(counter.output());
    }

    @Test
    void pausedContainerIsCheckpointedAndRestoredRunning() throws Exception {
        Rig.Case counter = rig.start(COUNTER);
        counter.awaitOutput("5\n");
        counter.cgroup().freeze(Duration.ofSeconds(10)).keepFrozen();

        CheckpointReport report = rig.checkpointer.checkpoint(
                counter.request(CheckpointOptions.DEFAULT, FrozenWork.NONE, PhaseListener.NONE));
        counter.cgroup().thaw();
        counter.process.awaitExit();
        String before = counter.output();
        counter.restore(report.directory());

        counter.awaitOutput(before + before.lines().count() + "\n");
        assertCountsOn(counter.output());
    }

    @Test
    void foreignControlGroupIsNeitherSavedNorMadeAgain() throws Exception {
        Path foreign = Path.of("/sys/fs/cgroup/unified/" + OwnNames.fresh());
        Assumptions.assumeTrue(Files.isDirectory(foreign.resolveSibling("")), "skipped: no hybrid hierarchy");
        Files.createDirectory(foreign);
        Rig.Case counter = rig.start(COUNTER);
        counter.awaitOutput("5\n");
        CheckpointReport report;
        try {
            report = counter.checkpoint();
        } finally {
            Files.delete(foreign);
        }
        counter.restore(report.directory());

        assertThat(foreign).doesNotExist();
        assertThat(Files.readString(report.directory().images().resolve("cgroup.img"), StandardCharsets.ISO_8859_1))
                .doesNotContain(foreign.getFileName().toString());
    }

    @Test
    void nothingOfTheEngineIsInherited() throws Exception {
        DefaultSpec spec = Rig.shell(
                        "echo ready; read line;" + " ls /proc/1/fd; tr '\\0' '\\n' < /proc/1/environ | sort; echo end")
                .maskedPaths(List.of());
        Rig.Case before = rig.start(spec, true, true);
        before.awaitOutput("ready");
        before.process.closeStdin();
        before.awaitOutput("end");
        Rig.Case restored = rig.start(spec, true, true);
        restored.awaitOutput("ready");
        CheckpointReport report = restored.checkpoint();
        restored.restore(report.directory());
        restored.process.closeStdin();
        restored.awaitOutput("end");

        assertThat(restored.output()).isEqualTo(before.output());
    }

    /** CRIU leaves this alone: what is restored has what CRIU was started with. */
    @Test
    void keyringOfTheEngineIsNotInherited() throws Exception {
        String engines = OwnNames.fresh();
        Executables.describeSessionKeyring(rig.lower.resolve("describe"));
        var output = new FutureTask<>(() -> {
            SessionKeyring.join(engines);
            Rig.Case restored =
                    rig.start(Rig.shell("/describe; echo ready; read line; /describe; echo end"), true, true);
            restored.awaitOutput("ready");
            CheckpointReport report = restored.checkpoint();
            restored.restore(report.directory());
            restored.process.closeStdin();
            restored.awaitOutput("end");
            return restored.output();
        });
        Thread engine = Thread.ofPlatform().start(output);
        engine.join();

        assertThat(output.get()).contains("ready", "keyring;").doesNotContain(engines);
    }

    @Test
    void twentyCyclesLeaveNothingBehind() throws Exception {
        Rig.Case counter = rig.start(COUNTER);
        counter.awaitOutput("5\n");
        long mounts = mounts();
        int descriptors = 0;
        for (int cycle = 0; cycle < 22; cycle++) {
            CheckpointReport report = counter.checkpoint();
            long lines = counter.output().lines().count();
            counter.restore(report.directory());
            report.directory().delete();
            counter.awaitOutput("\n" + (lines + 2) + "\n");
            if (cycle == 1) {
                descriptors = descriptors();
            }
        }

        assertThat(descriptors()).isEqualTo(descriptors);
        assertThat(mounts()).isEqualTo(mounts);
        assertCountsOn(counter.output());
    }

    /** Ours: others mount and unmount meanwhile. */
    private long mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(folder.toString()))
                .count();
    }

    private static int descriptors() {
        return Objects.requireNonNull(new java.io.File("/proc/self/fd").list()).length;
    }
}
