package dev.ferry.criu.bundle;

import static dev.ferry.criu.bundle.CheckpointRig.COUNTER;
import static dev.ferry.criu.bundle.CheckpointRig.assertCounts;
import static dev.ferry.criu.bundle.CheckpointRig.joined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.criu.bundle.CheckpointRig.Ends;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers of every kind, there and back. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS, Feature.CRIU})
class CheckpointKindsTest {
    private static final int MAPPED_ROOT = 200_000;

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

    private static void own(ObjectNode config, String namespace) {
        config.withObject("/linux").withArray("namespaces").addObject().put("type", namespace);
    }

    /** Counts, goes, comes back, goes on counting; returns the new init's number. */
    private String thereAndBack(ObjectNode config, String... flags) throws Exception {
        Ends before = rig.running("a", rig.bundle("a", config));
        before.awaitLines(3);
        String images = rig.images().toString();
        rig.mustCall(with("checkpoint", flags, "--image-path", images, "a"));
        Ends after = rig.ends();
        after.mustCall(with("restore", flags, "--detach", "--image-path", images, "a"));
        after.awaitLines(3);
        assertCounts(joined(before.lines(), after.lines()));
        return rig.state("a", "pid");
    }

    private static String[] with(String verb, String[] flags, String... more) {
        return Stream.of(Stream.of(verb), Stream.of(flags), Stream.of(more))
                .flatMap(each -> each)
                .toArray(String[]::new);
    }

    @Test
    void userNamespaceKeepsItsMapsAndDevices() throws Exception {
        ObjectNode config = rig.config(rig.shell("a", COUNTER).build());
        own(config, "user");
        for (String map : List.of("uidMappings", "gidMappings")) {
            config.withObject("/linux")
                    .withArray(map)
                    .addObject()
                    .put("containerID", 0)
                    .put("hostID", MAPPED_ROOT)
                    .put("size", 65_536);
        }
        String pid = thereAndBack(config);
        assertThat(Files.readString(Path.of("/proc/" + pid + "/uid_map"))
                        .strip()
                        .split("\\s+", -1))
                .containsExactly("0", Integer.toString(MAPPED_ROOT), "65536");
        assertThat(rig.inside("a", "sh", "-c", "echo x > /dev/null && head -c 3 /dev/zero | wc -c"))
                .isEqualTo("3\n");
    }

    @Test
    void clockOfATimeNamespaceDoesNotGoBack() throws Exception {
        ObjectNode config = rig.config(rig.shell("a", COUNTER).build());
        own(config, "time");
        config.withObject("/linux/timeOffsets/monotonic").put("secs", 86_400);
        String pid = thereAndBack(config);
        String offset = Files.readAllLines(Path.of("/proc/" + pid + "/timens_offsets")).stream()
                .filter(line -> line.startsWith("monotonic"))
                .map(line -> line.split("\\s+", -1)[1])
                .findFirst()
                .orElseThrow();
        // the time away is taken off
        assertThat(Long.parseLong(offset)).isBetween(86_000L, 86_400L);
    }

    @Test
    void limitsAreInForceAgain() throws Exception {
        ObjectNode config = rig.config(rig.shell("a", COUNTER).build());
        config.withObject("/linux/resources/pids").put("limit", 17);
        thereAndBack(config);
        assertOwnCgroupWithLimit();
    }

    /** CRIU enters the cgroups itself and looks at none; the namespace is still the container's. */
    @Test
    void cgroupsThatCriuIsToIgnoreAreJoinedAndHidden() throws Exception {
        ObjectNode config = rig.config(rig.shell("a", COUNTER).build());
        config.withObject("/linux/resources/pids").put("limit", 17);
        thereAndBack(config, "--manage-cgroups-mode", "ignore");
        assertThat(rig.images().resolve("restore.log")).content().doesNotContain("cg: rewriting");
        assertOwnCgroupWithLimit();
    }

    private void assertOwnCgroupWithLimit() throws Exception {
        assertThat(rig.inside("a", "cat", "/proc/1/cgroup").lines()).allMatch(line -> line.endsWith(":/"));
        rig.mustCall("pause", "a");
        rig.mustCall("resume", "a");
        assertThat(rig.runtime()
                        .call("exec", "a", "sh", "-c", "for i in $(seq 30); do sleep 1 & done; wait")
                        .err())
                .contains("can't fork");
    }
}
