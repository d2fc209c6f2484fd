package dev.ferry.criu.bundle;

import static dev.ferry.criu.bundle.CheckpointRig.COUNTER;
import static dev.ferry.criu.bundle.CheckpointRig.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.criu.bundle.CheckpointRig.Ends;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody dies in the middle of a restore, which a hook holds there. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS, Feature.CRIU})
class CheckpointDeathTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private CheckpointRig rig;
    private Path bundle;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void save() throws Exception {
        rig = new CheckpointRig(folder, shared.resolve("root"));
        ObjectNode config = rig.config(rig.shell("a", COUNTER).build());
        Path reached = folder.resolve("reached");
        Path held = folder.resolve("held");
        config.withObject("/hooks")
                .withArray("createRuntime")
                .addObject()
                .put("path", "/bin/sh")
                .putArray("args")
                .add("sh")
                .add("-c")
                .add("touch " + reached + "; while [ -e " + held + " ]; do sleep 0.05; done");
        bundle = rig.bundle("a", config);
        rig.running("a", bundle).awaitLines(2);
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "a");
        rig.mustCall("delete", "a");
        Files.delete(reached);
        Files.createFile(held);
    }

    @AfterEach
    void close() throws Exception {
        Files.deleteIfExists(folder.resolve("held"));
        rig.close();
    }

    private Process restoring(Ends ends) throws Exception {
        Process call = ends.begin(
                "restore",
                "--detach",
                "--bundle",
                bundle.toString(),
                "--image-path",
                rig.images().toString(),
                "a");
        await("the hook", () -> Files.exists(folder.resolve("reached")));
        return call;
    }

    private ProcessHandle criu() throws Exception {
        return ProcessHandle.of(new ObjectMapper()
                        .readTree(Files.readAllBytes(folder.resolve("states/a/criu/criu.json")))
                        .path("pid")
                        .asLong())
                .orElseThrow();
    }

    private void assertNothingIsLeftAndItComesBack() throws Exception {
        assertThat(rig.runtime().call("list", "--quiet").out()).isEmpty();
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
                "a");
        after.awaitLines(2);
    }

    @Test
    void criuThatDiesLeavesNothing() throws Exception {
        Ends ends = rig.ends();
        Process call = restoring(ends);
        criu().destroyForcibly();
        Files.delete(folder.resolve("held"));
        assertThat(call.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(call.exitValue()).isEqualTo(1);
        assertThat(ends.all()).contains("criu ended without an answer during restore");
        assertNothingIsLeftAndItComesBack();
    }

    @Test
    void whatACallThatDiedHasMadeIsDeleted() throws Exception {
        Process call = restoring(rig.ends());
        ProcessHandle criu = criu();
        call.destroyForcibly().waitFor();
        assertThat(rig.state("a", "status")).isEqualTo("creating");
        Files.delete(folder.resolve("held"));
        rig.mustCall("delete", "--force", "a");
        await("the end of CRIU", () -> !criu.isAlive());
        assertNothingIsLeftAndItComesBack();
    }
}
