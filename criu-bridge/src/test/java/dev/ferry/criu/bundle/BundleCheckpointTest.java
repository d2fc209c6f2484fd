package dev.ferry.criu.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.bundle.RuntimeProgram;
import dev.ferry.runtime.bundle.RuntimeProgram.Result;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.UnixListener;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.runtime.namespace.NetworkNamespaces;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runtime's verbs that need CRIU, each call a process of its own, as engines use them. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS, Feature.CRIU})
class BundleCheckpointTest {
    private static final String COUNTER =
            "i=0; while :; do i=$((i+1)); echo $i; if [ -e /tmp/stop ]; then exit 5; fi; sleep 0.02; done";
    private static final List<Hooks.Hook> NO_HOOKS = List.of();

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private RuntimeProgram runtime;
    private CgroupPath parent;
    private Path images;
    private final List<Pipe> pipes = new ArrayList<>();

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() {
        runtime = new RuntimeProgram(folder);
        parent = new CgroupPath("/" + OwnNames.fresh());
        images = folder.resolve("images");
    }

    @AfterEach
    void close() throws Exception {
        for (String id : runtime.call("list", "--quiet").out().lines().toList()) {
            runtime.call("delete", "--force", id);
        }
        pipes.forEach(Pipe::close);
        CgroupHierarchies.ofHost().open(parent).delete(Duration.ofSeconds(10));
        Files.deleteIfExists(shared.resolve("root/tmp/stop"));
    }

    private DefaultSpec shell(String name, String script) {
        return DefaultSpec.builder()
                .arguments(List.of("/bin/sh", "-c", script))
                .freshNamespace(NamespaceKind.NETWORK)
                .cgroupsPath(parent.child(name).value());
    }

    private Path bundle(String name, Spec spec) throws IOException {
        return runtime.bundle(name, spec, shared.resolve("root"));
    }

    /** What a caller holds of a container: the ends of its pipes. */
    private final class Ends {
        private final Pipe in = Pipe.open();
        private final Pipe out = Pipe.open();
        private final StringBuilder said = new StringBuilder();

        Ends() throws IOException {
            pipes.add(in);
            pipes.add(out);
        }

        /** A call whose standard descriptors are the other ends. */
        Result call(Map<String, String> environment, String... words) throws Exception {
            Path log = Files.createTempFile(folder, "call", "");
            var builder = new ProcessBuilder(runtime.command(words))
                    .redirectInput(new File("/proc/self/fd/" + in.readEnd().number()))
                    .redirectOutput(new File("/proc/self/fd/" + out.writeEnd().number()))
                    .redirectErrorStream(true);
            builder.environment().putAll(environment);
            int code = builder.start().waitFor();
            Files.delete(log);
            return new Result(code, "", code == 0 ? "" : all());
        }

        /** A call of somebody else, whose messages come among the output. */
        void mustCall(List<String> command) throws Exception {
            var builder = new ProcessBuilder(command)
                    .redirectInput(new File("/proc/self/fd/" + in.readEnd().number()))
                    .redirectOutput(new File("/proc/self/fd/" + out.writeEnd().number()))
                    .redirectErrorStream(true);
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

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private Ends running(String id, Path bundle) throws Exception {
        Ends ends = new Ends();
        ends.mustCall("create", "--bundle", bundle.toString(), id);
        mustCall("start", id);
        return ends;
    }

    private void mustCall(String... words) throws Exception {
        Result result = runtime.call(words);
        assertThat(result.code()).as(result.err()).isZero();
    }

    private String refused(String... words) throws Exception {
        Result result = runtime.call(words);
        assertThat(result.code()).as(result.out()).isEqualTo(1);
        return result.err();
    }

    private String state(String id, String field) throws Exception {
        Result result = runtime.call("state", id);
        assertThat(result.code()).as(result.err()).isZero();
        return new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(result.out())
                .path(field)
                .asText();
    }

    private String inside(String id, String... command) throws Exception {
        Result result = runtime.call(
                Stream.concat(Stream.of("exec", id), Stream.of(command)).toArray(String[]::new));
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    /** Numbers without a gap and without a repeat, over all that were heard. */
    private static void assertCounts(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(Integer.toString(i + 1));
        }
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    @Test
    void jobGoesOnWhereItStoodAndIsHeardAtTheNewPipes() throws Exception {
        Path bundle = bundle("a", shell("a", COUNTER).build());
        Ends before = running("a", bundle);
        before.awaitLines(5);
        mustCall("checkpoint", "--image-path", images.toString(), "a");
        assertThat(state("a", "status")).isEqualTo("stopped");
        assertThat(images.resolve("inventory.img")).exists();
        assertThat(Files.readString(images.resolve("descriptors.json"))).startsWith("[\"pipe:[");

        Ends after = new Ends();
        Path pidFile = folder.resolve("pid");
        after.mustCall("restore", "--detach", "--image-path", images.toString(), "--pid-file", pidFile.toString(), "a");
        assertThat(state("a", "status")).isEqualTo("running");
        assertThat(Files.readString(pidFile)).isEqualTo(state("a", "pid"));
        after.awaitLines(5);
        mustCall("kill", "a", "KILL");
        await("its end", () -> state("a", "status").equals("stopped"));
        assertCounts(joined(before.lines(), after.lines()));
        mustCall("delete", "a");
    }

    /** As an engine does it: the record is gone in between, and another directory takes the log. */
    @Test
    void deletedContainerComesBackByItsBundle() throws Exception {
        Path bundle = bundle("a", shell("a", COUNTER).build());
        Path work = folder.resolve("work");
        Ends before = running("a", bundle);
        before.awaitLines(3);
        mustCall("checkpoint", "--image-path", images.toString(), "--work-path", work.toString(), "a");
        assertThat(work.resolve("dump.log")).exists();
        assertThat(images.resolve("dump.log")).doesNotExist();
        mustCall("delete", "a");
        assertThat(CgroupHierarchies.ofHost().open(parent.child("a")).exists()).isFalse();

        Ends after = new Ends();
        after.mustCall(
                "restore",
                "--detach",
                "--bundle",
                bundle.toString(),
                "--image-path",
                images.toString(),
                "--work-path",
                work.toString(),
                "a");
        after.awaitLines(3);
        assertCounts(joined(before.lines(), after.lines()));
        assertThat(state("a", "bundle")).isEqualTo(bundle.toString());
        String pid = state("a", "pid");
        assertThat(Files.readString(Path.of("/proc/" + pid + "/cgroup")))
                .contains(parent.child("a").value());
        // it is whole: what works on a created one works on this one
        mustCall("pause", "a");
        assertThat(state("a", "status")).isEqualTo("paused");
        mustCall("resume", "a");
        assertThat(inside("a", "hostname")).isEqualTo(inside("a", "cat", "/proc/sys/kernel/hostname"));
        assertThat(inside("a", "cat", "/proc/self/cgroup")).doesNotContain(parent.value());
    }

    @Test
    void restoreThatIsWaitedForHandsTheCodeThrough() throws Exception {
        Path bundle = bundle("a", shell("a", COUNTER).build());
        running("a", bundle).awaitLines(2);
        mustCall("checkpoint", "--image-path", images.toString(), "a");
        Files.createFile(shared.resolve("root/tmp/stop"));
        Ends after = new Ends();
        Result result = after.call(Map.of(), "restore", "--image-path", images.toString(), "a");
        assertThat(result.code()).as(result.err()).isEqualTo(5);
        assertThat(runtime.call("list", "--quiet").out()).isEmpty();
    }

    @Test
    void containerThatIsLeftRunningHasACopy() throws Exception {
        Ends before = running("a", bundle("a", shell("a", COUNTER).build()));
        before.awaitLines(3);
        // podman says it twice
        mustCall("checkpoint", "--leave-running", "--image-path", images.toString(), "--leave-running", "a");
        int seen = before.lines().size();
        assertThat(state("a", "status")).isEqualTo("running");
        before.awaitLines(seen + 3);
        Ends copy = new Ends();
        copy.mustCall(
                "restore",
                "--detach",
                "--image-path",
                images.toString(),
                "--bundle",
                bundle("b", shell("b", COUNTER).build()).toString(),
                "b");
        copy.awaitLines(3);
        int first = Integer.parseInt(copy.lines().getFirst());
        assertThat(before.lines()).contains(Integer.toString(first - 1));
        assertCounts(before.lines());
        assertThat(Files.readString(Path.of("/proc/" + state("b", "pid") + "/cgroup")))
                .contains(parent.child("b").value())
                .doesNotContain(parent.child("a").value());
    }

    /** What docker's engine does around every checkpoint. */
    @Test
    void pausedContainerIsSavedAndStaysPaused() throws Exception {
        Ends before = running("a", bundle("a", shell("a", COUNTER).build()));
        before.awaitLines(3);
        mustCall("pause", "a");
        mustCall("checkpoint", "--leave-running", "--image-path", images.toString(), "a");
        assertThat(state("a", "status")).isEqualTo("paused");
        mustCall("checkpoint", "--image-path", images.toString(), "a");
        assertThat(state("a", "status")).isEqualTo("stopped");
        Ends after = new Ends();
        after.mustCall("restore", "--detach", "--image-path", images.toString(), "a");
        after.awaitLines(3);
        assertCounts(joined(before.lines(), after.lines()));
    }

    @Test
    void inputThatWasNotReadComesFirst() throws Exception {
        Path bundle = bundle(
                "a",
                shell(
                                "a",
                                "echo up; while [ ! -e /tmp/stop ]; do sleep 0.02; done; while read -r l; do echo got $l; done")
                        .build());
        Ends before = running("a", bundle);
        before.awaitLines(1);
        before.write("one\ntwo\n");
        mustCall("checkpoint", "--image-path", images.toString(), "a");
        Files.createFile(shared.resolve("root/tmp/stop"));
        Ends after = new Ends();
        after.write("three\n");
        Result result = runtime.call("restore", "--detach", "--image-path", images.toString(), "a");
        assertThat(result.err())
                .contains("8 bytes of input that were not read yet")
                .contains("give it a pipe");
        after.mustCall("restore", "--detach", "--image-path", images.toString(), "a");
        after.awaitLines(3);
        // what the caller has written before the call came first: a pipe cannot be written to at its front
        assertThat(after.lines()).containsExactlyInAnyOrder("got one", "got two", "got three");
    }

    @Test
    void terminalGoesToTheConsoleSocket() throws Exception {
        Path bundle = bundle(
                "a",
                shell("a", "word=kept; while read -r line; do echo $word $line; done")
                        .terminal(new dev.ferry.runtime.oci.Process.ConsoleSize(33, 44))
                        .build());
        Path socket = folder.resolve("console");
        try (UnixListener console = UnixListener.at(socket)) {
            mustCall("create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), "a");
            mustCall("start", "a");
            try (UnixSocket connection = console.accept();
                    Fd master = connection.receive(64).fds().getFirst()) {
                OpenFiles.writeFully(master, "one\n".getBytes(StandardCharsets.UTF_8));
                awaitOn(master, "kept one");
                mustCall("checkpoint", "--image-path", images.toString(), "a");
            }
            assertThat(refused("restore", "--detach", "--image-path", images.toString(), "a"))
                    .contains("without setting console socket");
            mustCall(
                    "restore",
                    "--detach",
                    "--console-socket",
                    socket.toString(),
                    "--image-path",
                    images.toString(),
                    "a");
            try (UnixSocket connection = console.accept();
                    Fd master = connection.receive(64).fds().getFirst()) {
                OpenFiles.writeFully(master, "two\n".getBytes(StandardCharsets.UTF_8));
                awaitOn(master, "kept two");
                mustCall("delete", "--force", "a");
            }
        }
    }

    private static void awaitOn(Fd master, String text) throws Exception {
        StringBuilder screen = new StringBuilder();
        await("\"" + text + "\" on the terminal", () -> {
            if (Poll.readable(master, Duration.ofMillis(10))) {
                screen.append(new String(OpenFiles.read(master, 1000), StandardCharsets.UTF_8));
            }
            return screen.indexOf(text) >= 0;
        });
    }

    @Test
    void namespaceThatIsGivenStaysAndItsOwnIsMadeAnew() throws Exception {
        Path network = folder.resolve("network");
        NetworkNamespaces.create(network);
        try {
            Path bundle = bundle(
                    "a",
                    shell("a", COUNTER)
                            .joinNamespace(NamespaceKind.NETWORK, network.toString())
                            .build());
            running("a", bundle).awaitLines(1);
            String before = inside("a", "readlink", "/proc/1/ns/net");
            mustCall("checkpoint", "--image-path", images.toString(), "a");
            new Ends().mustCall("restore", "--detach", "--image-path", images.toString(), "a");
            assertThat(inside("a", "readlink", "/proc/1/ns/net")).isEqualTo(before);
            mustCall("delete", "--force", "a");
        } finally {
            NetworkNamespaces.remove(network);
        }

        running("b", bundle("b", shell("b", COUNTER).build())).awaitLines(1);
        String before = inside("b", "readlink", "/proc/1/ns/net");
        String loopback = inside("b", "cat", "/sys/class/net/lo/flags");
        Path others = folder.resolve("others");
        mustCall("checkpoint", "--image-path", others.toString(), "b");
        new Ends().mustCall("restore", "--detach", "--image-path", others.toString(), "b");
        assertThat(inside("b", "readlink", "/proc/1/ns/net")).isNotEqualTo(before);
        assertThat(inside("b", "cat", "/sys/class/net/lo/flags")).isEqualTo(loopback);
    }

    /** podman brings a container back in a root of its own, where only its image is. */
    @Test
    void mountsAreMadeAgainInAFreshRoot() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path note = Files.writeString(folder.resolve("note"), "noted");
        Path first = TestRoot.makeIn(folder.resolve("first"));
        Path second = TestRoot.makeIn(folder.resolve("second"));
        for (Path root : List.of(first, second)) {
            Files.createSymbolicLink(root.resolve("var/link"), Path.of("/home"));
        }
        Spec spec = shell("a", "cd /; " + COUNTER)
                .mount(new Mount("/volume", "bind", data.toString(), List.of("rbind", "rw")))
                .mount(new Mount("/etc/note", "bind", note.toString(), List.of("bind", "ro")))
                .mount(new Mount("/var/link/here", "bind", data.toString(), List.of("bind", "ro")))
                .mount(new Mount("/scratch", "tmpfs", "tmpfs", List.of("size=1m")))
                .build();
        Path bundle = runtime.bundle("a", spec, first);
        Ends before = running("a", bundle);
        before.awaitLines(1);
        inside("a", "sh", "-c", "echo kept > /scratch/file");
        mustCall("checkpoint", "--image-path", images.toString(), "a");
        Files.delete(bundle.resolve("rootfs"));
        Files.createSymbolicLink(bundle.resolve("rootfs"), second);
        Files.writeString(data.resolve("file"), "seen");
        Ends after = new Ends();
        after.mustCall("restore", "--detach", "--bundle", bundle.toString(), "--image-path", images.toString(), "a");
        after.awaitLines(1);
        assertCounts(joined(before.lines(), after.lines()));
        assertThat(inside("a", "cat", "/volume/file", "/home/here/file", "/etc/note", "/scratch/file"))
                .isEqualTo("seenseennotedkept\n");
        inside("a", "sh", "-c", "echo more > /volume/more; if echo no > /etc/note; then exit 1; fi");
        assertThat(data.resolve("more")).hasContent("more");
        assertThat(folder.resolve("second/home/here")).isDirectory();
    }

    /** What one has saved the other brings back; without a network of its own, which runc locks with a program that may be missing. */
    @Test
    @Requires(Feature.RUNC)
    void imagesAreThoseOfRunc() throws Exception {
        Path bundle = bundle(
                "a", shell("a", COUNTER).hostNamespace(NamespaceKind.NETWORK).build());
        // runc takes no link for a root
        Files.delete(bundle.resolve("rootfs"));
        TestRoot.makeIn(bundle.resolve("rootfs"));
        Ends first = new Ends();
        Path work = folder.resolve("work");
        first.mustCall(runc("run", "--detach", "--bundle", bundle.toString(), "a"));
        first.awaitLines(2);
        first.mustCall(runc("checkpoint", "--image-path", images.toString(), "--work-path", work.toString(), "a"));
        Ends second = new Ends();
        second.mustCall("restore", "--detach", "--bundle", bundle.toString(), "--image-path", images.toString(), "a");
        second.awaitLines(2);
        Path others = folder.resolve("others");
        mustCall("checkpoint", "--image-path", others.toString(), "a");
        mustCall("delete", "a");
        Ends third = new Ends();
        try {
            third.mustCall(runc(
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
            third.mustCall(runc("delete", "--force", "a"));
        }
        List<String> heard =
                first.lines().stream().filter(line -> line.matches("\\d+")).toList();
        assertCounts(joined(joined(heard, second.lines()), third.lines()));
    }

    private List<String> runc(String... words) throws IOException {
        Path command = Feature.tools().resolve("peers/runc/command");
        List<String> call = new ArrayList<>(Files.exists(command) ? Files.readAllLines(command) : List.of("runc"));
        call.addAll(List.of("--root", folder.resolve("runc").toString()));
        call.addAll(List.of(words));
        return call;
    }

    @Test
    void hooksRunInTheNewNamespacesAndCanRefuse() throws Exception {
        Path heard = folder.resolve("heard");
        Path script = Files.writeString(
                folder.resolve("hook.sh"), "cat > " + heard + "; [ ! -e " + folder.resolve("refuse") + " ]\n");
        var hook = new Hooks.Hook("/bin/sh", List.of("sh", script.toString()), List.of("PATH=/usr/bin:/bin"), 20);
        Spec plain = shell("a", COUNTER).build();
        Spec spec = new Spec(
                plain.ociVersion(),
                plain.root(),
                plain.process(),
                plain.hostname(),
                plain.domainname(),
                plain.mounts(),
                new Hooks(NO_HOOKS, List.of(hook), NO_HOOKS, NO_HOOKS, NO_HOOKS, NO_HOOKS),
                plain.linux(),
                plain.annotations());
        Path bundle = bundle("a", spec);
        running("a", bundle).awaitLines(1);
        mustCall("checkpoint", "--image-path", images.toString(), "a");
        mustCall("delete", "a");
        Files.createFile(folder.resolve("refuse"));
        String[] restore = {"restore", "--detach", "--bundle", bundle.toString(), "--image-path", images.toString(), "a"
        };
        assertThat(new Ends().call(Map.of(), restore).err()).contains("createRuntime hook \"/bin/sh\" ended with 1");
        assertThat(runtime.call("list", "--quiet").out()).isEmpty();
        assertThat(CgroupHierarchies.ofHost().open(parent.child("a")).exists()).isFalse();
        Files.delete(folder.resolve("refuse"));
        Files.delete(heard);
        new Ends().mustCall(restore);
        assertThat(heard).content().contains("\"status\" : \"creating\"").contains("\"pid\" : " + state("a", "pid"));
    }

    @Test
    void whatIsNoCheckpointIsRefusedAndNothingIsLeft() throws Exception {
        Path bundle = bundle("a", shell("a", COUNTER).build());
        running("a", bundle).awaitLines(1);
        mustCall("checkpoint", "--image-path", images.toString(), "a");
        mustCall("delete", "a");

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

        Ends after = new Ends();
        after.mustCall("restore", "--detach", "--bundle", bundle.toString(), "--image-path", images.toString(), "a");
        assertThat(restoring(bundle, images)).contains("container with given ID already exists");
        after.awaitLines(1);
    }

    private String restoring(Path bundle, Path from) throws Exception {
        boolean there = runtime.call("state", "a").code() == 0;
        Result result = new Ends()
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
            assertThat(CgroupHierarchies.ofHost().open(parent.child("a")).exists())
                    .isFalse();
        }
        return result.err();
    }

    private Path copy(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(images)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    /** A stopped container whose restore fails is what it was. */
    @Test
    void stoppedContainerStaysStoppedWhenItsRestoreFails() throws Exception {
        Path bundle = bundle("a", shell("a", COUNTER).build());
        Ends before = running("a", bundle);
        before.awaitLines(2);
        mustCall("checkpoint", "--image-path", images.toString(), "a");
        Path bad = copy("bad");
        Files.write(bad.resolve("core-1.img"), new byte[100]);
        assertThat(new Ends()
                        .call(Map.of(), "restore", "--detach", "--image-path", bad.toString(), "a")
                        .code())
                .isEqualTo(1);
        assertThat(state("a", "status")).isEqualTo("stopped");
        Ends after = new Ends();
        after.mustCall("restore", "--detach", "--image-path", images.toString(), "a");
        after.awaitLines(2);
        assertCounts(joined(before.lines(), after.lines()));
    }

    @Test
    void checkpointThatFailsLeavesTheContainerAndTheOneBefore() throws Exception {
        Ends ends = running("a", bundle("a", shell("a", COUNTER).build()));
        ends.awaitLines(2);
        mustCall("checkpoint", "--leave-running", "--image-path", images.toString(), "a");
        byte[] kept = Files.readAllBytes(images.resolve("core-1.img"));
        Path added = folder.resolve("added");
        mustCall("exec", "--detach", "--pid-file", added.toString(), "a", "sleep", "1000");
        assertThat(refused("checkpoint", "--image-path", images.toString(), "a"))
                .contains("checkpoint refused: a process was added from outside")
                .contains("sleep");
        ProcessHandle sleeping =
                ProcessHandle.of(Long.parseLong(Files.readString(added))).orElseThrow();
        sleeping.destroyForcibly();
        sleeping.onExit().get();
        assertThat(images.resolve("core-1.img")).hasBinaryContent(kept);
        assertThat(state("a", "status")).isEqualTo("running");
        // CRIU itself says no, in its log
        Path work = folder.resolve("work");
        String text = refused(
                "checkpoint", "--pre-dump", "--image-path", images.toString(), "--work-path", work.toString(), "a");
        assertThat(text)
                .contains("this kernel cannot track written pages; take full checkpoints on this host")
                .contains("log: " + work.resolve("dump.log"));
        assertThat(images.resolve("core-1.img")).hasBinaryContent(kept);
        assertThat(images.resolve(".former")).doesNotExist();
        int seen = ends.lines().size();
        ends.awaitLines(seen + 3);
        assertThat(refused("checkpoint", "--parent-path", "../none", "--image-path", images.toString(), "a"))
                .contains("invalid --parent-path");
        assertThat(refused("checkpoint", "--parent-path", "/none", "--image-path", images.toString(), "a"))
                .contains("--parent-path must be relative");
    }

    /** The next call finds what one that died has put aside. */
    @Test
    void imagesThatADeadCallHasPutAsideComeBack() throws Exception {
        Path former = Files.createDirectories(images.resolve(".former"));
        Files.writeString(former.resolve("inventory.img"), "old");
        Files.writeString(images.resolve("inventory.img"), "half");
        ImageDirectory directory = new ImageDirectory(images);
        directory.clear();
        assertThat(former.resolve("inventory.img")).hasContent("old");
        directory.bringBack();
        assertThat(images.resolve("inventory.img")).hasContent("old");
        assertThat(former).doesNotExist();
    }

    @Test
    void onlyOneThatRunsIsSaved() throws Exception {
        Path bundle = bundle("a", shell("a", COUNTER).build());
        assertThat(refused("checkpoint", "--image-path", images.toString(), "a"))
                .contains("container does not exist");
        Ends ends = new Ends();
        ends.mustCall("create", "--bundle", bundle.toString(), "a");
        assertThat(refused("checkpoint", "--image-path", images.toString(), "a"))
                .contains("Container cannot be checkpointed in created state");
        mustCall("start", "a");
        ends.awaitLines(1);
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(refused("checkpoint", "--image-path", file.resolve("below").toString(), "a"))
                .contains("--image-path")
                .contains("cannot be made");
        Result missing =
                new Ends().call(Map.of("FERRY_CRIU", "/no/criu"), "checkpoint", "--image-path", images.toString(), "a");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("FERRY_CRIU names \"/no/criu\"").contains("ferry provision");
        assertThat(state("a", "status")).isEqualTo("running");
        try (Stream<Path> left = Files.list(images)) {
            assertThat(left).isEmpty();
        }
        mustCall("kill", "a", "KILL");
        await("its end", () -> state("a", "status").equals("stopped"));
        assertThat(refused("checkpoint", "--image-path", images.toString(), "a"))
                .contains("Container cannot be checkpointed in stopped state");
    }

    @Test
    void flagsThatAreNotDoneAreRefusedByName() throws Exception {
        assertThat(refused("checkpoint", "--lazy-pages", "a")).contains("--lazy-pages");
        assertThat(refused("checkpoint", "--status-fd", "3", "a")).contains("--lazy-pages");
        assertThat(refused("restore", "--lazy-pages", "a")).contains("--lazy-pages");
        assertThat(refused("checkpoint", "--page-server", "127.0.0.1:1", "a")).contains("--page-server");
        assertThat(refused("checkpoint", "--manage-cgroups-mode", "ignore", "a"))
                .contains("--manage-cgroups-mode=ignore");
        assertThat(refused("checkpoint", "--empty-ns", "ipc", "a")).contains("\"ipc\" is not supported");
        assertThat(refused("checkpoint", "--frob", "a")).contains("flag provided but not defined: -frob");
        assertThat(runtime.call("features").out())
                .contains("\"org.opencontainers.runc.checkpoint.enabled\" : \"true\"");
        // how podman asks whether there are such verbs
        assertThat(runtime.call("checkpoint", "--help").code()).isZero();
        assertThat(refused("restore", "--lsm-mount-context")).contains("flag needs an argument");
    }
}
