package dev.ferry.criu.bundle;

import static dev.ferry.criu.bundle.CheckpointRig.COUNTER;
import static dev.ferry.criu.bundle.CheckpointRig.assertCounts;
import static dev.ferry.criu.bundle.CheckpointRig.joined;

import dev.ferry.criu.bundle.CheckpointRig.Ends;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that runc has made, and images for runc. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS, Feature.CRIU})
class CheckpointInteropTest {
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

    /** What one has saved the other brings back; without a network of its own, which runc locks with a program that may be missing. */
    @Test
    @Requires(Feature.RUNC)
    void imagesAreThoseOfRunc() throws Exception {
        Path bundle = rig.bundle(
                "a",
                rig.shell("a", COUNTER).hostNamespace(NamespaceKind.NETWORK).build());
        // runc takes no link for a root
        Files.delete(bundle.resolve("rootfs"));
        TestRoot.makeIn(bundle.resolve("rootfs"));
        Ends first = rig.ends();
        Path work = folder.resolve("work");
        first.mustCall(rig.runc("run", "--detach", "--bundle", bundle.toString(), "a"));
        first.awaitLines(2);
        first.mustCall(
                rig.runc("checkpoint", "--image-path", rig.images().toString(), "--work-path", work.toString(), "a"));
        Ends second = rig.ends();
        second.mustCall(
                "restore",
                "--detach",
                "--bundle",
                bundle.toString(),
                "--image-path",
                rig.images().toString(),
                "a");
        second.awaitLines(2);
        Path others = folder.resolve("others");
        rig.mustCall("checkpoint", "--image-path", others.toString(), "a");
        rig.mustCall("delete", "a");
        Ends third = rig.ends();
        try {
            third.mustCall(rig.runc(
                    "restore",
                    "--detach",
                    "--bundle",
                    bundle.toString(),
                    "--image-path",
                    others.toString(),
                    "--work-path",
                    work.toString(),
                    "a"));
            third.awaitLines(2);
        } finally {
            third.mustCall(rig.runc("delete", "--force", "a"));
        }
        List<String> heard =
                first.lines().stream().filter(line -> line.matches("\\d+")).toList();
        assertCounts(joined(joined(heard, second.lines()), third.lines()));
    }
}
