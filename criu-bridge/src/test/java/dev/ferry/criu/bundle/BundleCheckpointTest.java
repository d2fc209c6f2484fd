package dev.ferry.criu.bundle;

import static dev.ferry.criu.bundle.CheckpointRig.COUNTER;
import static dev.ferry.criu.bundle.CheckpointRig.assertCounts;
import static dev.ferry.criu.bundle.CheckpointRig.await;
import static dev.ferry.criu.bundle.CheckpointRig.awaitOn;
import static dev.ferry.criu.bundle.CheckpointRig.joined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.bundle.CheckpointRig.Ends;
import dev.ferry.runtime.bundle.RuntimeProgram.Result;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.UnixListener;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that need CRIU, each call a process of its own, as engines use them. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS, Feature.CRIU})
class BundleCheckpointTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private CheckpointRig rig;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() {
        rig = new CheckpointRig(folder, shared.resolve("root"));
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @Test
    void jobGoesOnWhereItStoodAndIsHeardAtTheNewPipes() throws Exception {
        Path bundle = rig.bundle("a", rig.shell("a", COUNTER).build());
        Ends before = rig.running("a", bundle);
        before.awaitLines(5);
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        assertThat(rig.state("a", "status")).isEqualTo("stopped");
        assertThat(rig.images().resolve("inventory.img")).exists();
        assertThat(Files.readString(rig.images().resolve("descriptors.json"))).startsWith("[\"pipe:[");

        Ends after = rig.ends();
        Path pidFile = folder.resolve("pid");
        after.mustCall(
                "restore", "--detach", "--image-path", rig.images().toString(), "--pid-file", pidFile.toString(), "a");
        assertThat(rig.state("a", "status")).isEqualTo("running");
        assertThat(Files.readString(pidFile)).isEqualTo(rig.state("a", "pid"));
        after.awaitLines(5);
        rig.mustCall("kill", "a", "KILL");
        await("its end", () -> rig.state("a", "status").equals("stopped"));
        assertCounts(joined(before.lines(), after.lines()));
        rig.mustCall("delete", "a");
    }

    /** As an engine does it: the record is gone in between, and another directory takes the log. */
    @Test
    void deletedContainerComesBackByItsBundle() throws Exception {
        Path bundle = rig.bundle("a", rig.shell("a", COUNTER).build());
        Path work = folder.resolve("work");
        Ends before = rig.running("a", bundle);
        before.awaitLines(3);
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "--work-path", work.toString(), "a");
        assertThat(work.resolve("dump.log")).exists();
        assertThat(rig.images().resolve("dump.log")).doesNotExist();
        rig.mustCall("delete", "a");
        assertThat(CgroupHierarchies.ofHost().open(rig.parent().child("a")).exists())
                .isFalse();

        Ends after = rig.ends();
        after.mustCall(
                "restore",
                "--detach",
                "--bundle",
                bundle.toString(),
                "--image-path",
                rig.images().toString(),
                "--work-path",
                work.toString(),
                "a");
        after.awaitLines(3);
        assertCounts(joined(before.lines(), after.lines()));
        assertThat(rig.state("a", "bundle")).isEqualTo(bundle.toString());
        String pid = rig.state("a", "pid");
        assertThat(Files.readString(Path.of("/proc/" + pid + "/cgroup")))
                .contains(rig.parent().child("a").value());
        // it is whole: what works on a created one works on this one
        rig.mustCall("pause", "a");
        assertThat(rig.state("a", "status")).isEqualTo("paused");
        rig.mustCall("resume", "a");
        assertThat(rig.inside("a", "hostname")).isEqualTo(rig.inside("a", "cat", "/proc/sys/kernel/hostname"));
        assertThat(rig.inside("a", "cat", "/proc/self/cgroup"))
                .doesNotContain(rig.parent().value());
    }

    @Test
    void restoreThatIsWaitedForHandsTheCodeThrough() throws Exception {
        Path bundle = rig.bundle("a", rig.shell("a", COUNTER).build());
        rig.running("a", bundle).awaitLines(2);
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        Files.createFile(shared.resolve("root/tmp/stop"));
        Ends after = rig.ends();
        Result result =
                after.call(Map.of(), "restore", "--image-path", rig.images().toString(), "a");
        assertThat(result.code()).as(result.err()).isEqualTo(5);
        assertThat(rig.runtime().call("list", "--quiet").out()).isEmpty();
    }

    @Test
    void containerThatIsLeftRunningHasACopy() throws Exception {
        Ends before = rig.running("a", rig.bundle("a", rig.shell("a", COUNTER).build()));
        before.awaitLines(3);
        // podman says it twice
        rig.mustCall(
                "checkpoint", "--leave-running", "--image-path", rig.images().toString(), "--leave-running", "a");
        int seen = before.lines().size();
        assertThat(rig.state("a", "status")).isEqualTo("running");
        before.awaitLines(seen + 3);
        Ends copy = rig.ends();
        copy.mustCall(
                "restore",
                "--detach",
                "--image-path",
                rig.images().toString(),
                "--bundle",
                rig.bundle("b", rig.shell("b", COUNTER).build()).toString(),
                "b");
        copy.awaitLines(3);
        int first = Integer.parseInt(copy.lines().getFirst());
        assertThat(before.lines()).contains(Integer.toString(first - 1));
        assertCounts(before.lines());
        assertThat(Files.readString(Path.of("/proc/" + rig.state("b", "pid") + "/cgroup")))
                .contains(rig.parent().child("b").value())
                .doesNotContain(rig.parent().child("a").value());
    }

    /** What docker's engine does around every checkpoint. */
    @Test
    void pausedContainerIsSavedAndStaysPaused() throws Exception {
        Ends before = rig.running("a", rig.bundle("a", rig.shell("a", COUNTER).build()));
        before.awaitLines(3);
        rig.mustCall("pause", "a");
        rig.mustCall(
                "checkpoint", "--leave-running", "--image-path", rig.images().toString(), "a");
        assertThat(rig.state("a", "status")).isEqualTo("paused");
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        assertThat(rig.state("a", "status")).isEqualTo("stopped");
        Ends after = rig.ends();
        after.mustCall("restore", "--detach", "--image-path", rig.images().toString(), "a");
        after.awaitLines(3);
        assertCounts(joined(before.lines(), after.lines()));
    }

    @Test
    void inputThatWasNotReadComesFirst() throws Exception {
        Path bundle = rig.bundle(
                "a",
                rig.shell(
                                "a",
                                "echo up; while [ ! -e /tmp/stop ]; do sleep 0.02; done; while read -r l; do echo got $l; done")
                        .build());
        Ends before = rig.running("a", bundle);
        before.awaitLines(1);
        before.write("one\ntwo\n");
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        Files.createFile(shared.resolve("root/tmp/stop"));
        Ends after = rig.ends();
        after.write("three\n");
        Result result = rig.runtime()
                .call("restore", "--detach", "--image-path", rig.images().toString(), "a");
        assertThat(result.err())
                .contains("8 bytes of input that were not read yet")
                .contains("give it a pipe");
        after.mustCall("restore", "--detach", "--image-path", rig.images().toString(), "a");
        after.awaitLines(3);
        // what the caller has written before the call came first: a pipe cannot be written to at its front
        assertThat(after.lines()).containsExactlyInAnyOrder("got one", "got two", "got three");
    }

    @Test
    void terminalGoesToTheConsoleSocket() throws Exception {
        Path bundle = rig.bundle(
                "a",
                rig.shell("a", "word=kept; while read -r line; do echo $word $line; done")
                        .terminal(new dev.ferry.runtime.oci.Process.ConsoleSize(33, 44))
                        .build());
        Path socket = folder.resolve("console");
        try (UnixListener console = UnixListener.at(socket)) {
            rig.mustCall("create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), "a");
            rig.mustCall("start", "a");
            try (UnixSocket connection = console.accept();
                    Fd master = connection.receive(64).fds().getFirst()) {
                OpenFiles.writeFully(master, "one\n".getBytes(StandardCharsets.UTF_8));
                awaitOn(master, "kept one");
                rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
            }
            assertThat(rig.refused(
                            "restore", "--detach", "--image-path", rig.images().toString(), "a"))
                    .contains("without setting console socket");
            rig.mustCall(
                    "restore",
                    "--detach",
                    "--console-socket",
                    socket.toString(),
                    "--image-path",
                    rig.images().toString(),
                    "a");
            try (UnixSocket connection = console.accept();
                    Fd master = connection.receive(64).fds().getFirst()) {
                OpenFiles.writeFully(master, "two\n".getBytes(StandardCharsets.UTF_8));
                awaitOn(master, "kept two");
                rig.mustCall("delete", "--force", "a");
            }
        }
    }
}
