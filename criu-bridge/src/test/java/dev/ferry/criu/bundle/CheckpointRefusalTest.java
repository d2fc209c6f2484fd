package dev.ferry.criu.bundle;

import static dev.ferry.criu.bundle.CheckpointRig.COUNTER;
import static dev.ferry.criu.bundle.CheckpointRig.assertCounts;
import static dev.ferry.criu.bundle.CheckpointRig.await;
import static dev.ferry.criu.bundle.CheckpointRig.joined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.bundle.CheckpointRig.Ends;
import dev.ferry.runtime.bundle.RuntimeProgram.Result;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be done costs nothing that is there. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS, Feature.CRIU})
class CheckpointRefusalTest {
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
    void whatIsNoCheckpointIsRefusedAndNothingIsLeft() throws Exception {
        Path bundle = rig.bundle("a", rig.shell("a", COUNTER).build());
        rig.running("a", bundle).awaitLines(1);
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        rig.mustCall("delete", "a");

        assertThat(restoring(bundle, folder.resolve("none")))
                .contains("is no directory")
                .contains("--image-path");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(restoring(bundle, empty)).contains("holds no checkpoint: inventory.img is missing");
        Path bare = copy("bare");
        Files.delete(bare.resolve("descriptors.json"));
        assertThat(restoring(bundle, bare)).contains("descriptors.json is missing");
        Path torn = copy("torn");
        Files.writeString(torn.resolve("descriptors.json"), "[\"pipe:");
        assertThat(restoring(bundle, torn)).contains("is damaged: descriptors.json cannot be read");
        Path cut = copy("cut");
        Files.write(cut.resolve("core-1.img"), new byte[100]);
        assertThat(restoring(bundle, cut)).contains("restore refused").contains("log: " + cut.resolve("restore.log"));
        Path pageless = copy("pageless");
        Files.delete(pageless.resolve("pages-1.img"));
        assertThat(restoring(bundle, pageless)).contains("restore refused").contains("restore.log");

        Ends after = rig.ends();
        after.mustCall(
                "restore",
                "--detach",
                "--bundle",
                bundle.toString(),
                "--image-path",
                rig.images().toString(),
                "a");
        assertThat(restoring(bundle, rig.images())).contains("container with given ID already exists");
        after.awaitLines(1);
    }

    private String restoring(Path bundle, Path from) throws Exception {
        boolean there = rig.runtime().call("state", "a").code() == 0;
        Result result = rig.ends()
                .call(
                        Map.of(),
                        "restore",
                        "--detach",
                        "--bundle",
                        bundle.toString(),
                        "--image-path",
                        from.toString(),
                        "a");
        assertThat(result.code()).isEqualTo(1);
        if (!there) {
            assertThat(folder.resolve("states/a")).doesNotExist();
            assertThat(CgroupHierarchies.ofHost().open(rig.parent().child("a")).exists())
                    .isFalse();
        }
        return result.err();
    }

    private Path copy(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(rig.images())) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    /** A stopped container whose restore fails is what it was. */
    @Test
    void stoppedContainerStaysStoppedWhenItsRestoreFails() throws Exception {
        Path bundle = rig.bundle("a", rig.shell("a", COUNTER).build());
        Ends before = rig.running("a", bundle);
        before.awaitLines(2);
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        Path bad = copy("bad");
        Files.write(bad.resolve("core-1.img"), new byte[100]);
        assertThat(rig.ends()
                        .call(Map.of(), "restore", "--detach", "--image-path", bad.toString(), "a")
                        .code())
                .isEqualTo(1);
        assertThat(rig.state("a", "status")).isEqualTo("stopped");
        Ends after = rig.ends();
        after.mustCall("restore", "--detach", "--image-path", rig.images().toString(), "a");
        after.awaitLines(2);
        assertCounts(joined(before.lines(), after.lines()));
    }

    @Test
    void checkpointThatFailsLeavesTheContainerAndTheOneBefore() throws Exception {
        Ends ends = rig.running("a", rig.bundle("a", rig.shell("a", COUNTER).build()));
        ends.awaitLines(2);
        rig.mustCall(
                "checkpoint", "--leave-running", "--image-path", rig.images().toString(), "a");
        byte[] kept = Files.readAllBytes(rig.images().resolve("core-1.img"));
        Path added = folder.resolve("added");
        rig.mustCall("exec", "--detach", "--pid-file", added.toString(), "a", "sleep", "1000");
        assertThat(rig.refused("checkpoint", "--image-path", rig.images().toString(), "a"))
                .contains("checkpoint refused: a process was added from outside")
                .contains("sleep");
        ProcessHandle sleeping =
                ProcessHandle.of(Long.parseLong(Files.readString(added))).orElseThrow();
        sleeping.destroyForcibly();
        sleeping.onExit().get();
        assertThat(rig.images().resolve("core-1.img")).hasBinaryContent(kept);
        assertThat(rig.state("a", "status")).isEqualTo("running");
        // CRIU itself says no, in its log
        Path work = folder.resolve("work");
        String text = rig.refused(
                "checkpoint",
                "--pre-dump",
                "--image-path",
                rig.images().toString(),
                "--work-path",
                work.toString(),
                "a");
        assertThat(text)
                .contains("this kernel cannot track written pages; take full checkpoints on this host")
                .contains("log: " + work.resolve("dump.log"));
        assertThat(rig.images().resolve("core-1.img")).hasBinaryContent(kept);
        assertThat(rig.images().resolve(".former")).doesNotExist();
        int seen = ends.lines().size();
        ends.awaitLines(seen + 3);
        assertThat(rig.refused(
                        "checkpoint",
                        "--parent-path",
                        "../none",
                        "--image-path",
                        rig.images().toString(),
                        "a"))
                .contains("invalid --parent-path");
        assertThat(rig.refused(
                        "checkpoint",
                        "--parent-path",
                        "/none",
                        "--image-path",
                        rig.images().toString(),
                        "a"))
                .contains("--parent-path must be relative");
    }

    /** The next call finds what one that died has put aside. */
    @Test
    void imagesThatADeadCallHasPutAsideComeBack() throws Exception {
        Path former = Files.createDirectories(rig.images().resolve(".former"));
        Files.writeString(former.resolve("inventory.img"), "old");
        Files.writeString(rig.images().resolve("inventory.img"), "half");
        ImageDirectory directory = new ImageDirectory(rig.images());
        directory.clear();
        assertThat(former.resolve("inventory.img")).hasContent("old");
        directory.bringBack();
        assertThat(rig.images().resolve("inventory.img")).hasContent("old");
        assertThat(former).doesNotExist();
    }

    @Test
    void onlyOneThatRunsIsSaved() throws Exception {
        Path bundle = rig.bundle("a", rig.shell("a", COUNTER).build());
        assertThat(rig.refused("checkpoint", "--image-path", rig.images().toString(), "a"))
                .contains("container does not exist");
        Ends ends = rig.ends();
        ends.mustCall("create", "--bundle", bundle.toString(), "a");
        assertThat(rig.refused("checkpoint", "--image-path", rig.images().toString(), "a"))
                .contains("Container cannot be checkpointed in created state");
        rig.mustCall("start", "a");
        ends.awaitLines(1);
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(rig.refused(
                        "checkpoint", "--image-path", file.resolve("below").toString(), "a"))
                .contains("--image-path")
                .contains("cannot be made");
        Result missing = rig.ends()
                .call(
                        Map.of("FERRY_CRIU", "/no/criu"),
                        "checkpoint",
                        "--image-path",
                        rig.images().toString(),
                        "a");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("FERRY_CRIU names \"/no/criu\"").contains("ferry provision");
        assertThat(rig.state("a", "status")).isEqualTo("running");
        try (Stream<Path> left = Files.list(rig.images())) {
            assertThat(left).isEmpty();
        }
        rig.mustCall("kill", "a", "KILL");
        await("its end", () -> rig.state("a", "status").equals("stopped"));
        assertThat(rig.refused("checkpoint", "--image-path", rig.images().toString(), "a"))
                .contains("Container cannot be checkpointed in stopped state");
    }

    @Test
    void flagsThatMeanNothingAreRefusedByName() throws Exception {
        assertThat(rig.refused("checkpoint", "--manage-cgroups-mode", "frob", "a"))
                .contains("invalid manage-cgroups-mode value \"frob\"");
        assertThat(rig.refused("checkpoint", "--empty-ns", "ipc", "a")).contains("\"ipc\" is not supported");
        assertThat(rig.refused("checkpoint", "--frob", "a")).contains("flag provided but not defined: -frob");
        assertThat(rig.runtime().call("features").out())
                .contains("\"org.opencontainers.runc.checkpoint.enabled\" : \"true\"");
        // how podman asks whether there are such verbs
        assertThat(rig.runtime().call("checkpoint", "--help").code()).isZero();
        assertThat(rig.refused("restore", "--lsm-mount-context")).contains("flag needs an argument");
    }
}
