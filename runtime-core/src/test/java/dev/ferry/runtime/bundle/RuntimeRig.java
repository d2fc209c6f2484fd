package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.TestRoot;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A runtime, a root and a place for cgroups; configurations are edited as documents. */
final class RuntimeRig {
    /** The container that is not named. */
    static final String ID = "c";

    /** Who root of a user namespace is outside. */
    static final int MAPPED_ROOT = 200_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RuntimeProgram runtime;
    private final Path folder;
    private final Path root;
    private final CgroupPath parent = new CgroupPath("/" + OwnNames.fresh());

    RuntimeRig(Path folder, Path root) {
        this.folder = folder;
        this.root = root;
        this.runtime = new RuntimeProgram(folder);
    }

    /** The configuration that a shell with a script gets. */
    ObjectNode config(String script) throws IOException {
        var spec = DefaultSpec.builder()
                .arguments(List.of("/bin/sh", "-c", script))
                .freshNamespace(NamespaceKind.NETWORK)
                .cgroupsPath(parent.child(ID).value())
                .build();
        return (ObjectNode) JSON.readTree(OciJson.write(spec));
    }

    /** The same in a user namespace. */
    ObjectNode mapped(String script) throws IOException {
        ObjectNode config = config(script);
        config.withObject("/linux").withArray("namespaces").addObject().put("type", "user");
        for (String map : List.of("uidMappings", "gidMappings")) {
            config.withObject("/linux")
                    .withArray(map)
                    .addObject()
                    .put("containerID", 0)
                    .put("hostID", MAPPED_ROOT)
                    .put("size", 65_536);
        }
        return config;
    }

    String cgroup(String name) {
        return parent.child(name).value();
    }

    /** A root that a test may change. */
    Path ownRoot() throws Exception {
        return TestRoot.makeIn(folder.resolve("own-root"));
    }

    Path bundle(String id, ObjectNode config) throws IOException {
        Path bundle = Files.createDirectories(folder.resolve("bundle-" + id));
        Files.deleteIfExists(bundle.resolve("rootfs"));
        Files.createSymbolicLink(bundle.resolve("rootfs"), root);
        Files.write(bundle.resolve("config.json"), JSON.writeValueAsBytes(config));
        return bundle;
    }

    /** A call by a shell, which may open descriptors for it first. */
    RuntimeProgram.Result callWith(String redirections, String... words) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        Process process = new ProcessBuilder(
                        "sh", "-c", "exec " + String.join(" ", runtime.command(words)) + " " + redirections)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .redirectInput(new File("/dev/null"))
                .start();
        int code = process.waitFor();
        return new RuntimeProgram.Result(code, Files.readString(out), Files.readString(err));
    }

    RuntimeProgram.Result call(String... words) throws IOException, InterruptedException {
        return runtime.call(words);
    }

    /** A call that is not waited for. */
    Process begin(String... words) throws IOException {
        return new ProcessBuilder(runtime.command(words))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectInput(new File("/dev/null"))
                .start();
    }

    /** From create to delete. */
    RuntimeProgram.Result run(ObjectNode config) throws IOException, InterruptedException {
        return call("run", "--bundle", bundle(ID, config).toString(), ID);
    }

    /** Until it has said "up"; returns what it has said. */
    String start(ObjectNode config) throws Exception {
        RuntimeProgram.Result started = startAs(ID, config);
        assertThat(started.code()).as(started.err()).isZero();
        return awaitUp(ID);
    }

    RuntimeProgram.Result create(String id, ObjectNode config, String... flags) throws Exception {
        List<String> words =
                new ArrayList<>(List.of("create", "--bundle", bundle(id, config).toString()));
        words.addAll(List.of(flags));
        words.add(id);
        return runtime.create(output(id), words.toArray(String[]::new));
    }

    /** The runtime called by a command that comes before it. */
    RuntimeProgram callBehind(String... words) {
        return runtime.behind(List.of(words));
    }

    RuntimeProgram.Result startAs(String id, ObjectNode config) throws Exception {
        RuntimeProgram.Result created = create(id, config);
        return created.code() == 0 ? call("start", id) : created;
    }

    String awaitUp(String id) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            String said = Files.readString(output(id));
            if (said.endsWith("up\n")) {
                return said;
            }
            assertThat(System.nanoTime()).as("what it has said: " + said).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private Path output(String id) {
        return folder.resolve(id + ".out");
    }

    /** Neither a state nor a cgroup, as for a call that was refused. */
    void assertNothingIsLeft() throws Exception {
        Path states = folder.resolve("states");
        if (Files.exists(states)) {
            try (var left = Files.list(states)) {
                assertThat(left.filter(path -> !path.getFileName().toString().startsWith(".")))
                        .isEmpty();
            }
        }
        assertThat(CgroupHierarchies.ofHost().open(parent.child(ID)).exists()).isFalse();
    }

    int pid() throws Exception {
        return JSON.readTree(call("state", ID).out()).path("pid").asInt();
    }

    void end() throws Exception {
        call("delete", "--force", ID);
    }

    /** Leaves nothing. */
    void close() throws Exception {
        for (String id : call("list", "--quiet").out().lines().toList()) {
            call("delete", "--force", id);
        }
        CgroupHierarchies.ofHost().open(parent).delete(Duration.ofSeconds(10));
    }
}
