package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verb {@code events}; and what the verbs for checkpoints say where nothing speaks to CRIU, as in this module. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class BundleEventsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WAIT = "while [ ! -e /tmp/go ]; do sleep 0.02; done";
    private static final long MEGABYTE = 1 << 20;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private RuntimeProgram runtime;
    private CgroupPath parent;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() {
        runtime = new RuntimeProgram(folder);
        parent = new CgroupPath("/" + OwnNames.fresh());
    }

    @AfterEach
    void close() throws Exception {
        runtime.call("delete", "--force", "a");
        CgroupHierarchies.ofHost().open(parent).delete(Duration.ofSeconds(10));
        Files.deleteIfExists(shared.resolve("root/tmp/go"));
    }

    private void start(DefaultSpec spec) throws Exception {
        Path bundle = runtime.bundle(
                "a",
                spec.freshNamespace(NamespaceKind.NETWORK)
                        .cgroupsPath(parent.child("a").value())
                        .build(),
                shared.resolve("root"));
        RuntimeProgram.Result created =
                runtime.create(folder.resolve("out"), "create", "--bundle", bundle.toString(), "a");
        assertThat(created.code()).as(created.err()).isZero();
        RuntimeProgram.Result started = runtime.call("start", "a");
        assertThat(started.code()).as(started.err()).isZero();
    }

    private static DefaultSpec shell(String script) {
        return DefaultSpec.builder().arguments(List.of("/bin/sh", "-c", script));
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private static List<JsonNode> events(Path file) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        String text = Files.readString(file);
        // the last line may be half written
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            events.add(JSON.readTree(line));
        }
        return events;
    }

    private static List<String> types(Path file) throws IOException {
        return events(file).stream().map(event -> event.path("type").asText()).toList();
    }

    @Test
    void statisticsComeOnce() throws Exception {
        start(shell(WAIT).resources(LinuxResources.NONE.withPids(new LinuxResources.Pids(77L))));
        RuntimeProgram.Result result = runtime.call("events", "--stats", "a");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(1);
        JsonNode event = JSON.readTree(result.out());
        assertThat(event.path("type").asText()).isEqualTo("stats");
        assertThat(event.path("id").asText()).isEqualTo("a");
        JsonNode data = event.path("data");
        assertThat(data.path("cpu").path("usage").path("total").asLong()).isPositive();
        assertThat(data.path("memory").path("usage").path("usage").asLong()).isPositive();
        assertThat(data.path("pids").path("limit").asLong()).isEqualTo(77);
        assertThat(data.path("pids").path("current").asLong()).isPositive();
        assertThat(data.path("blkio").isObject()).isTrue();
        assertThat(data.path("hugetlb").isObject()).isTrue();
    }

    @Test
    void eventsComeUntilTheEnd() throws Exception {
        start(shell(WAIT));
        Path heard = folder.resolve("heard");
        Process events = new ProcessBuilder(runtime.command("events", "--interval", "20ms", "a"))
                .redirectOutput(heard.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        await("two of them", () -> types(heard).size() >= 2);
        Files.createFile(shared.resolve("root/tmp/go"));
        assertThat(events.waitFor()).isZero();
        assertThat(types(heard)).containsOnly("stats");
    }

    @Test
    void wantOfMemoryIsTold() throws Exception {
        var memory = new LinuxResources.Memory(16 * MEGABYTE, null, 16 * MEGABYTE, null, null, null, null, null, null);
        // dd takes its block in one piece
        start(shell(WAIT + "; dd if=/dev/zero of=/dev/null bs=64M count=1; sleep 1000")
                .resources(LinuxResources.NONE.withMemory(memory)));
        Path heard = folder.resolve("heard");
        Process events = new ProcessBuilder(runtime.command("events", "--interval", "50ms", "a"))
                .redirectOutput(heard.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        // it listens before it prints
        await("statistics", () -> !types(heard).isEmpty());
        Files.createFile(shared.resolve("root/tmp/go"));
        await("the event", () -> types(heard).contains("oom"));
        assertThat(runtime.call("kill", "a", "KILL").code()).isZero();
        assertThat(events.waitFor()).isZero();
    }

    @Test
    void whoCannotHaveEventsIsTold() throws Exception {
        start(shell("exit 0"));
        await("its end", () -> runtime.call("state", "a").out().contains("\"stopped\""));
        assertThat(runtime.call("events", "--stats", "a").err()).contains("container with id a is not running");
        assertThat(runtime.call("events", "--interval", "0s", "a").err()).contains("greater than 0");
        assertThat(runtime.call("events", "--interval", "fast", "a").err()).contains("it is \"fast\"");
        assertThat(runtime.call("events", "--stats", "none").err()).contains("container does not exist");
    }

    @Test
    void checkpointWithoutCriuNamesWhatIsMissing() throws Exception {
        start(shell(WAIT));
        String images = folder.resolve("images").toString();
        assertThat(runtime.call("checkpoint", "--image-path", images, "a").err())
                .contains("put the jar \"criu-bridge\" on its class path");
        assertThat(runtime.call("state", "a").out()).contains("\"running\"");
        assertThat(runtime.call("features").out()).doesNotContain("checkpoint.enabled");
    }

    /** What it gives away must not be the host's: no checkpoint could be made of a container that holds it. */
    @Test
    void nothingIsTheContainersOwn() throws Exception {
        Path bundle = runtime.bundle(
                "a",
                shell("grep mnt_id /proc/self/fdinfo/0; stat -c %i /dev/null; stat -Lc %i /proc/self/fd/0")
                        .freshNamespace(NamespaceKind.NETWORK)
                        .cgroupsPath(parent.child("a").value())
                        .build(),
                shared.resolve("root"));
        List<String> lines = runtime.call(
                        ProcessBuilder.Redirect.from(new File("/dev/null")), "run", "--bundle", bundle.toString(), "a")
                .out()
                .lines()
                .toList();
        assertThat(lines.get(2)).isEqualTo(lines.get(1));
    }
}
