package dev.ferry.criu.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.criu.rpc.CriuInstallation;
import dev.ferry.runtime.bundle.RuntimeProgram;
import dev.ferry.runtime.bundle.RuntimeProgram.Result;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.testing.Feature;
import dev.ferry.testing.OwnNames;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** A runtime, a root, a place for cgroups and one for images; and what tests of checkpoints say of them. */
final class CheckpointRig {
    /** A job whose numbers tell a gap and a repeat. */
    static final String COUNTER =
            "i=0; while :; do i=$((i+1)); echo $i; if [ -e /tmp/stop ]; then exit 5; fi; sleep 0.02; done";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Path root;
    private final RuntimeProgram runtime;
    private final CgroupPath parent = new CgroupPath("/" + OwnNames.fresh());
    private final Path images;
    private final List<Pipe> pipes = new ArrayList<>();
    private final List<Process> beside = new ArrayList<>();

    CheckpointRig(Path folder, Path root) {
        this.folder = folder;
        this.root = root;
        this.runtime = new RuntimeProgram(folder);
        this.images = folder.resolve("images");
    }

    RuntimeProgram runtime() {
        return runtime;
    }

    CgroupPath parent() {
        return parent;
    }

    Path images() {
        return images;
    }

    /** Leaves nothing. */
    void close() throws Exception {
        for (Process each : beside) {
            each.destroyForcibly().waitFor();
        }
        for (String id : runtime.call("list", "--quiet").out().lines().toList()) {
            runtime.call("delete", "--force", id);
        }
        pipes.forEach(Pipe::close);
        CgroupHierarchies.ofHost().open(parent).delete(Duration.ofSeconds(10));
        Files.deleteIfExists(root.resolve("tmp/stop"));
    }

    /** A shell with a script. */
    DefaultSpec shell(String name, String script) {
        return DefaultSpec.builder()
                .arguments(List.of("/bin/sh", "-c", script))
                .freshNamespace(NamespaceKind.NETWORK)
                .cgroupsPath(parent.child(name).value());
    }

    Path bundle(String name, Spec spec) throws IOException {
        return runtime.bundle(name, spec, root);
    }

    /** A configuration that is edited as a document. */
    ObjectNode config(Spec spec) throws IOException {
        return (ObjectNode) JSON.readTree(OciJson.write(spec));
    }

    Path bundle(String name, ObjectNode config) throws IOException {
        Path bundle = Files.createDirectory(folder.resolve(name));
        Files.createSymbolicLink(bundle.resolve("rootfs"), root);
        Files.write(bundle.resolve("config.json"), JSON.writeValueAsBytes(config));
        return bundle;
    }

    Ends ends() throws IOException {
        return new Ends();
    }

    /** What a caller holds of a container: the ends of its pipes. */
    final class Ends {
        private final Pipe in = Pipe.open();
        private final Pipe out = Pipe.open();
        private final StringBuilder said = new StringBuilder();

        private Ends() throws IOException {
            pipes.add(in);
            pipes.add(out);
        }

        private ProcessBuilder builder(List<String> command) {
            return new ProcessBuilder(command)
                    .redirectInput(new File("/proc/self/fd/" + in.readEnd().number()))
                    .redirectOutput(new File("/proc/self/fd/" + out.writeEnd().number()))
                    .redirectErrorStream(true);
        }

        /** A call whose standard descriptors are the other ends. */
        Result call(Map<String, String> environment, String... words) throws Exception {
            ProcessBuilder builder = builder(runtime.command(words));
            builder.environment().putAll(environment);
            int code = builder.start().waitFor();
            return new Result(code, "", code == 0 ? "" : all());
        }

        /** A call that is not waited for; it is ended with the rig. */
        Process begin(String... words) throws Exception {
            return beside(builder(runtime.command(words)));
        }

        /** A call of somebody else, whose messages come among the output. */
        void mustCall(List<String> command) throws Exception {
            ProcessBuilder builder = builder(command);
            // it looks for its CRIU there
            builder.environment()
                    .merge("PATH", Feature.tools().resolve("bin").toString(), (path, more) -> path + ":" + more);
            int code = builder.start().waitFor();
            assertThat(code).as(all()).isZero();
        }

        void mustCall(String... words) throws Exception {
            Result result = call(Map.of(), words);
            assertThat(result.code()).as(result.err()).isZero();
        }

        /** Everything that was written so far. */
        String all() throws IOException {
            while (Poll.readable(out.readEnd(), Duration.ZERO)) {
                said.append(new String(OpenFiles.read(out.readEnd(), 4096), StandardCharsets.UTF_8));
            }
            return said.toString();
        }

        List<String> lines() throws IOException {
            return all().lines().toList();
        }

        void awaitLines(int count) throws Exception {
            await("output", () -> all().chars().filter(c -> c == '\n').count() >= count);
        }

        void write(String text) throws IOException {
            OpenFiles.writeFully(in.writeEnd(), text.getBytes(StandardCharsets.UTF_8));
        }
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    static void awaitOn(Fd master, String text) throws Exception {
        StringBuilder screen = new StringBuilder();
        await("\"" + text + "\" on the terminal", () -> {
            if (Poll.readable(master, Duration.ofMillis(10))) {
                screen.append(new String(OpenFiles.read(master, 1000), StandardCharsets.UTF_8));
            }
            return screen.indexOf(text) >= 0;
        });
    }

    Ends running(String id, Path bundle) throws Exception {
        Ends ends = new Ends();
        ends.mustCall("create", "--bundle", bundle.toString(), id);
        mustCall("start", id);
        return ends;
    }

    void mustCall(String... words) throws Exception {
        Result result = runtime.call(words);
        assertThat(result.code()).as(result.err()).isZero();
    }

    String refused(String... words) throws Exception {
        Result result = runtime.call(words);
        assertThat(result.code()).as(result.out()).isEqualTo(1);
        return result.err();
    }

    String state(String id, String field) throws Exception {
        Result result = runtime.call("state", id);
        assertThat(result.code()).as(result.err()).isZero();
        return JSON.readTree(result.out()).path(field).asText();
    }

    String inside(String id, String... command) throws Exception {
        Result result = runtime.call(
                Stream.concat(Stream.of("exec", id), Stream.of(command)).toArray(String[]::new));
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    /** Numbers without a gap and without a repeat, over all that were heard. */
    static void assertCounts(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(Integer.toString(i + 1));
        }
    }

    static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** How runc is called, over states of its own. */
    List<String> runc(String... words) throws IOException {
        Path command = Feature.tools().resolve("peers/runc/command");
        List<String> call = new ArrayList<>(Files.exists(command) ? Files.readAllLines(command) : List.of("runc"));
        call.addAll(List.of("--root", folder.resolve("runc").toString()));
        call.addAll(List.of(words));
        return call;
    }

    /** CRIU itself, in a role of its own; ended with the rig. */
    Process criu(Path log, String... words) throws Exception {
        List<String> command =
                new ArrayList<>(CriuInstallation.locate(System.getenv()).command());
        command.addAll(List.of(words));
        return beside(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()));
    }

    /** Something that is not waited for; ended with the rig. */
    Process beside(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        beside.add(process);
        return process;
    }
}
