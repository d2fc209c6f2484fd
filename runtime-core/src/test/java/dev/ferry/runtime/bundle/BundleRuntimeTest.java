package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.UnixListener;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.OciJson;
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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs of the runtime, each call a process of its own, as engines use them. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class BundleRuntimeTest {
    private static final String LONG = "trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done";
    private static final List<Hooks.Hook> NO_HOOKS = List.of();

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
        for (String id : runtime.call("list", "--quiet").out().lines().toList()) {
            runtime.call("delete", "--force", id);
        }
        CgroupHierarchies.ofHost().open(parent).delete(Duration.ofSeconds(10));
    }

    private Path bundle(String name, DefaultSpec builder) throws IOException {
        return bundle(name, builder.build());
    }

    private Path bundle(String name, Spec spec) throws IOException {
        return runtime.bundle(name, spec, shared.resolve("root"));
    }

    private DefaultSpec shell(String name, String script) {
        return DefaultSpec.builder()
                .arguments(List.of("/bin/sh", "-c", script))
                .freshNamespace(NamespaceKind.NETWORK)
                .cgroupsPath(parent.child(name).value());
    }

    private BundleState state(String id) throws Exception {
        RuntimeProgram.Result result = runtime.call("state", id);
        assertThat(result.code()).as(result.err()).isZero();
        var document = new com.fasterxml.jackson.databind.ObjectMapper().readTree(result.out());
        return new BundleState(
                document.path("ociVersion").asText(),
                document.path("id").asText(),
                document.path("pid").asInt(),
                document.path("status").asText(),
                document.path("bundle").asText(),
                document.path("rootfs").asText(),
                document.path("created").asText(),
                java.util.Map.of(),
                document.path("owner").asText());
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    /** Creates and starts one whose output is a file. */
    private Path running(String id, String script) throws Exception {
        Path output = folder.resolve(id + ".out");
        Path bundle = bundle(id, shell(id, script));
        RuntimeProgram.Result created = runtime.create(output, "create", "--bundle", bundle.toString(), id);
        assertThat(created.code()).as(created.err()).isZero();
        RuntimeProgram.Result started = runtime.call("start", id);
        assertThat(started.code()).as(started.err()).isZero();
        await("its output", () -> Files.readString(output).contains("up"));
        return output;
    }

    @Test
    void runHandsOutputsAndTheExitCodeThrough() throws Exception {
        Path bundle = bundle("a", shell("a", "echo out $$; echo err >&2; read -r line; echo got $line; exit 7"));
        Path input = Files.writeString(folder.resolve("in"), "words\n");
        RuntimeProgram.Result result =
                runtime.call(ProcessBuilder.Redirect.from(input.toFile()), "run", "--bundle", bundle.toString(), "a");
        assertThat(result.code()).as(result.err()).isEqualTo(7);
        assertThat(result.out()).isEqualTo("out 1\ngot words\n");
        assertThat(result.err()).isEqualTo("err\n");
        assertThat(runtime.call("list", "--quiet").out()).isEmpty();
    }

    @Test
    void eachVerbIsACallOfItsOwn() throws Exception {
        Path output = folder.resolve("out");
        Path pidFile = folder.resolve("pid");
        Path bundle = bundle("a", shell("a", LONG));
        RuntimeProgram.Result created =
                runtime.create(output, "create", "--bundle", bundle.toString(), "--pid-file", pidFile.toString(), "a");
        assertThat(created.code()).as(created.err()).isZero();
        BundleState state = state("a");
        assertThat(state.status()).isEqualTo("created");
        assertThat(state.bundle()).isEqualTo(bundle.toString());
        assertThat(state.rootfs()).isEqualTo(shared.resolve("root").toRealPath().toString());
        assertThat(Files.readString(pidFile)).isEqualTo(Integer.toString(state.pid()));
        assertThat(output).isEmptyFile();

        assertThat(runtime.call("start", "a").code()).isZero();
        await("its output", () -> Files.readString(output).equals("up\n"));
        assertThat(state("a").status()).isEqualTo("running");
        assertThat(runtime.call("start", "a").err()).contains("cannot start an already running container");

        assertThat(runtime.call("delete", "a").code()).isEqualTo(1);
        assertThat(runtime.lastMessage())
                .startsWith("{\"level\":\"error\",\"msg\":\"cannot delete container a that is not stopped: running");
        assertThat(runtime.call("kill", "a", "TERM").code()).isZero();
        await("its end", () -> state("a").status().equals("stopped"));
        assertThat(state("a").pid()).isZero();
        assertThat(runtime.call("kill", "a", "9").err()).contains("container not running");
        assertThat(runtime.call("kill", "--all", "a", "9").code()).isZero();
        assertThat(runtime.call("delete", "a").code()).isZero();
        assertThat(runtime.call("state", "a").err()).contains("container does not exist");
    }

    /** Engines delete a container a second time, by force. */
    @Test
    void absentContainerIsDeletedByForceAndByNothingElse() throws Exception {
        assertThat(runtime.call("delete", "--force", "none").code()).isZero();
        RuntimeProgram.Result refused = runtime.call("delete", "none");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("container does not exist");
        assertThat(runtime.call("delete", "--force", "..").code()).isZero();
        assertThat(folder).exists();
    }

    @Test
    void createdContainerCanBeForcedAwayAndItsIdIsFreeAgain() throws Exception {
        Path bundle = bundle("a", shell("a", LONG));
        for (int round = 0; round < 2; round++) {
            assertThat(runtime.create(folder.resolve("out"), "create", "--bundle", bundle.toString(), "a")
                            .code())
                    .isZero();
            RuntimeProgram.Result again = runtime.call("create", "--bundle", bundle.toString(), "a");
            assertThat(again.err()).contains("container with given ID already exists");
            assertThat(state("a").status()).isEqualTo("created");
            assertThat(runtime.call("delete", "--force", "a").code()).isZero();
        }
    }

    /** Engines make their own exit codes of these texts. */
    @Test
    void programThatIsMissingIsToldByCreate() throws Exception {
        for (String program : List.of("nosuch", "/no/such")) {
            Path bundle = bundle("b" + program.length(), shell("a", "").arguments(List.of(program)));
            RuntimeProgram.Result created =
                    runtime.create(folder.resolve("out"), "create", "--bundle", bundle.toString(), "a");
            assertThat(created.code()).isEqualTo(1);
            assertThat(created.err())
                    .containsAnyOf(
                            "exec: \"nosuch\": executable file not found in $PATH",
                            "exec: \"/no/such\": stat /no/such: no such file or directory");
            assertThat(runtime.call("list", "--quiet").out()).isEmpty();
        }
    }

    @Test
    void programThatCannotBeExecutedIsToldByStart() throws Exception {
        Path bundle = bundle("a", shell("a", "").arguments(List.of("/etc/passwd")));
        assertThat(runtime.create(folder.resolve("out"), "create", "--bundle", bundle.toString(), "a")
                        .code())
                .isZero();
        RuntimeProgram.Result started = runtime.call("start", "a");
        assertThat(started.code()).isEqualTo(1);
        assertThat(started.err()).contains("exec: \"/etc/passwd\": permission denied");
        await("its end", () -> state("a").status().equals("stopped"));
    }

    /** podman allows nothing but what it adds: terminals are there all the same. */
    @Test
    void defaultDevicesAreAllowedWhateverTheRulesSay() throws Exception {
        Spec plain = shell(
                        "a",
                        "head -c 3 /dev/zero | wc -c; : < /dev/ptmx && echo terminal; mknod /tmp/kmsg c 1 11; : < /tmp/kmsg")
                .build();
        var nothing = new LinuxResources.DeviceRule(false, "a", null, null, "rwm");
        Path bundle = bundle(
                "a",
                plain.withLinux(Objects.requireNonNull(plain.linux())
                        .withResources(LinuxResources.NONE.withDevices(List.of(nothing)))));
        RuntimeProgram.Result result = runtime.call("run", "--bundle", bundle.toString(), "a");
        assertThat(result.out()).isEqualTo("3\nterminal\n");
        assertThat(result.err()).contains("/tmp/kmsg: Operation not permitted");
    }

    @Test
    void stepThatFailsLeavesNothing() throws Exception {
        Spec spec = shell("a", "true")
                .mount(new dev.ferry.runtime.oci.Mount("/data", "nosuchfs", "x", List.of()))
                .build();
        Path bundle = bundle("a", spec);
        RuntimeProgram.Result created = runtime.call("create", "--bundle", bundle.toString(), "a");
        assertThat(created.code()).isEqualTo(1);
        assertThat(created.err()).contains("mount \"nosuchfs\" at \"/data\"").contains("ENODEV");
        assertThat(runtime.call("list", "--quiet").out()).isEmpty();
        assertThat(CgroupHierarchies.ofHost().open(parent.child("a")).exists()).isFalse();
    }

    @Test
    void execJoinsEverythingAndHandsTheCodeThrough() throws Exception {
        running("a", LONG);
        RuntimeProgram.Result result = runtime.call(
                "exec",
                "--env",
                "WHO=me",
                "--cwd",
                "/tmp",
                "--user",
                "65534:65534",
                "--additional-gids",
                "7",
                "a",
                "sh",
                "-c",
                "echo $WHO in $(pwd) as $(id -u):$(id -g) $(id -G), 1 is $(cat /proc/1/comm); readlink /proc/self/ns/net; exit 9");
        assertThat(result.code()).as(result.err()).isEqualTo(9);
        assertThat(result.out().lines().toList().getFirst()).isEqualTo("me in /tmp as 65534:65534 65534 7, 1 is sh");
        assertThat(result.out().lines().toList().getLast())
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/" + state("a").pid() + "/ns/net"))
                        .toString());
        RuntimeProgram.Result missing = runtime.call("exec", "a", "nosuch");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("exec: \"nosuch\": executable file not found in $PATH");
    }

    @Test
    void detachedExecIsNamedInItsFile() throws Exception {
        running("a", LONG);
        var process = new dev.ferry.runtime.oci.Process(
                false,
                null,
                dev.ferry.runtime.oci.User.ROOT,
                List.of("sleep", "1000"),
                List.of("PATH=/bin"),
                "/",
                null,
                List.of(),
                false,
                null,
                null,
                null,
                null,
                null,
                null);
        Path file = Files.write(folder.resolve("process.json"), OciJson.write(process));
        Path pidFile = folder.resolve("exec.pid");
        assertThat(runtime.create(
                                folder.resolve("exec.out"),
                                "exec",
                                "--process",
                                file.toString(),
                                "--detach",
                                "--pid-file",
                                pidFile.toString(),
                                "a")
                        .code())
                .isZero();
        String pid = Files.readString(pidFile);
        assertThat(Files.readString(Path.of("/proc/" + pid + "/comm"))).isEqualTo("sleep\n");
        assertThat(runtime.call("ps", "--format", "json", "a").out()).contains(pid);
        assertThat(runtime.call("ps", "a").out()).contains("sleep 1000").startsWith("UID");
    }

    @Test
    void terminalGoesToTheConsoleSocket() throws Exception {
        Path socket = folder.resolve("console");
        Path bundle = bundle(
                "a",
                shell("a", "stty size; read -r line; echo got $line; sleep 1000")
                        .terminal(new dev.ferry.runtime.oci.Process.ConsoleSize(33, 44)));
        assertThat(runtime.call("create", "--bundle", bundle.toString(), "a").err())
                .contains("without setting console socket");
        try (UnixListener console = UnixListener.at(socket)) {
            terminal(console, "create", "--bundle", bundle.toString(), "--console-socket", socket.toString(), "a");
        }
    }

    private void terminal(UnixListener console, String... create) throws Exception {
        assertThat(runtime.call(create).code()).isZero();
        try (UnixSocket connection = console.accept();
                Fd master = connection.receive(64).fds().getFirst()) {
            assertThat(runtime.call("start", "a").code()).isZero();
            OpenFiles.writeFully(master, "words\n".getBytes(StandardCharsets.UTF_8));
            StringBuilder screen = new StringBuilder();
            await("its answer", () -> {
                if (Poll.readable(master, Duration.ofMillis(10))) {
                    screen.append(new String(OpenFiles.read(master, 1000), StandardCharsets.UTF_8));
                }
                return screen.indexOf("got words") >= 0;
            });
            assertThat(screen.toString()).contains("33 44\r\n");
        }
    }

    @Test
    void pausedContainerStandsStillAndTakesNoProcess() throws Exception {
        Path output = running("a", "echo up; while :; do echo tick; sleep 0.01; done");
        assertThat(runtime.call("pause", "a").code()).isZero();
        assertThat(state("a").status()).isEqualTo("paused");
        long size = Files.size(output);
        assertThat(runtime.call("exec", "a", "true").err()).contains("cannot exec in a paused container");
        assertThat(runtime.call("pause", "a").code()).isEqualTo(1);
        assertThat(Files.size(output)).isEqualTo(size);
        assertThat(runtime.call("resume", "a").code()).isZero();
        await("more", () -> Files.size(output) > size);
        assertThat(runtime.call("resume", "a").err()).contains("container not paused");
        // a paused one takes its end, too
        assertThat(runtime.call("pause", "a").code()).isZero();
        assertThat(runtime.call("kill", "a", "KILL").code()).isZero();
        await("its end", () -> state("a").status().equals("stopped"));
    }

    @Test
    void limitsCanBeChangedFromAFileAndByFlag() throws Exception {
        running("a", LONG);
        Path json = Files.writeString(folder.resolve("limits"), "{\"pids\":{\"limit\":77}}");
        RuntimeProgram.Result result =
                runtime.call(ProcessBuilder.Redirect.from(json.toFile()), "update", "--resources=-", "a");
        assertThat(result.code()).as(result.err()).isZero();
        var cgroup = CgroupHierarchies.ofHost().open(parent.child("a"));
        assertThat(cgroup.statistics().pids().limit()).hasValue(77);
        assertThat(runtime.call("update", "--pids-limit", "78", "a").code()).isZero();
        assertThat(cgroup.statistics().pids().limit()).hasValue(78);
        assertThat(runtime.call("update", "--pids-limit", "many", "a").err()).contains("must be a whole number");
    }

    /** podman sends everything it knows of the limits, and of the devices only that all of them are denied. */
    @Test
    void changedLimitsLeaveTheDevicesAlone() throws Exception {
        running("a", LONG);
        Path json = Files.writeString(
                folder.resolve("limits"),
                "{\"pids\":{\"limit\":77},\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]}");
        RuntimeProgram.Result result = runtime.call("update", "--resources", json.toString(), "a");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(CgroupHierarchies.ofHost()
                        .open(parent.child("a"))
                        .statistics()
                        .pids()
                        .limit())
                .hasValue(77);
        RuntimeProgram.Result written = runtime.call("exec", "a", "/bin/sh", "-c", "echo > /dev/null");
        assertThat(written.code()).as(written.err()).isZero();
    }

    @Test
    void hooksHearTheState() throws Exception {
        Path heard = folder.resolve("heard");
        Path script = Files.writeString(
                folder.resolve("hook.sh"),
                "echo \"$1 $KEY $(cat)\" | tr -d '\\n' >> " + heard + "; echo >> " + heard + "\n");
        Spec plain = shell("a", "exit 0").build();
        Spec spec = withHooks(
                plain,
                new Hooks(
                        hook(script, "prestart"),
                        hook(script, "createRuntime"),
                        NO_HOOKS,
                        NO_HOOKS,
                        hook(script, "poststart"),
                        hook(script, "poststop")));
        Path bundle = bundle("a", spec);
        assertThat(runtime.call("run", "--bundle", bundle.toString(), "a").code())
                .isZero();
        List<String> lines = Files.readAllLines(heard);
        assertThat(lines).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertThat(lines.get(i))
                    .startsWith(List.of("prestart", "createRuntime", "poststart", "poststop")
                                    .get(i) + " value")
                    .contains("\"status\" : \""
                            + List.of("creating", "creating", "running", "stopped")
                                    .get(i) + "\"")
                    .contains("\"bundle\" : \"" + bundle + "\"");
        }
    }

    private static List<Hooks.Hook> hook(Path script, String name) {
        return List.of(new Hooks.Hook(
                "/bin/sh", List.of("sh", script.toString(), name), List.of("KEY=value", "PATH=/usr/bin:/bin"), 20));
    }

    /** What is done is done: the specification wants a warning and nothing else. */
    @Test
    void hookThatFailsBehindTheStartIsOnlyToldOf() throws Exception {
        var failing = List.of(new Hooks.Hook("/bin/false", List.of("false"), List.of(), 20));
        var missing = List.of(new Hooks.Hook("/no/such", List.of("such"), List.of(), 20));
        Spec spec = withHooks(
                shell("a", "exit 4").build(), new Hooks(NO_HOOKS, NO_HOOKS, NO_HOOKS, NO_HOOKS, failing, missing));
        Path bundle = bundle("a", spec);
        RuntimeProgram.Result result = runtime.call("run", "--bundle", bundle.toString(), "a");
        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err())
                .contains("poststart hook \"/bin/false\" ended with 1")
                .contains("poststop hook \"/no/such\" cannot be executed");
        assertThat(runtime.lastMessage()).startsWith("{\"level\":\"warning\"");
    }

    private static Spec withHooks(Spec plain, Hooks hooks) {
        return new Spec(
                plain.ociVersion(),
                plain.root(),
                plain.process(),
                plain.hostname(),
                plain.domainname(),
                plain.mounts(),
                hooks,
                plain.linux(),
                plain.annotations());
    }

    /** runtime.md: changes to the configuration after create have no effect. */
    @Test
    void bundleThatChangesAfterCreateChangesNothing() throws Exception {
        Path output = folder.resolve("out");
        Path bundle = bundle("a", shell("a", "echo as created"));
        assertThat(runtime.create(output, "create", "--bundle", bundle.toString(), "a")
                        .code())
                .isZero();
        Files.delete(bundle.resolve("config.json"));
        RuntimeProgram.Result started = runtime.call("start", "a");
        assertThat(started.code()).as(started.err()).isZero();
        await("its output", () -> Files.readString(output).equals("as created\n"));
        assertThat(state("a").bundle()).isEqualTo(bundle.toString());
        assertThat(runtime.call("delete", "--force", "a").code()).isZero();
    }

    /** As runc has it: who names no rights gets none. */
    @Test
    void processWithoutCapabilitiesHasNone() throws Exception {
        Spec plain = shell("a", "grep CapEff /proc/self/status").build();
        var process = Objects.requireNonNull(plain.process());
        Spec spec = plain.withProcess(new dev.ferry.runtime.oci.Process(
                false,
                null,
                process.user(),
                process.args(),
                process.env(),
                process.cwd(),
                null,
                process.rlimits(),
                false,
                null,
                null,
                null,
                null,
                null,
                null));
        Path bundle = bundle("a", spec);
        RuntimeProgram.Result result = runtime.call("run", "--bundle", bundle.toString(), "a");
        assertThat(result.out()).as(result.err()).isEqualTo("CapEff:\t0000000000000000\n");
    }

    @Test
    void capabilityThatNobodyKnowsIsToldOfAndLeftOut() throws Exception {
        Path bundle = bundle(
                "a", shell("a", "grep CapEff /proc/self/status").capabilities(List.of("CAP_KILL", "CAP_NO_SUCH")));
        RuntimeProgram.Result result = runtime.call("run", "--bundle", bundle.toString(), "a");
        assertThat(result.out()).isEqualTo("CapEff:\t0000000000000020\n");
        assertThat(result.err()).contains("ignoring unknown or unavailable capabilities: CAP_NO_SUCH");
    }

    @Test
    void hookThatFailsOrHangsUndoesTheContainer() throws Exception {
        for (String line : List.of("echo no room >&2; exit 3", "sleep 1000")) {
            Path script = Files.writeString(folder.resolve("hook.sh"), line);
            Spec plain = shell("a", "exit 0").build();
            var hook = new Hooks.Hook("/bin/sh", List.of("sh", script.toString()), List.of("PATH=/usr/bin:/bin"), 1);
            Spec spec = withHooks(plain, new Hooks(NO_HOOKS, List.of(hook), NO_HOOKS, NO_HOOKS, NO_HOOKS, NO_HOOKS));
            Path bundle = bundle("b" + line.length(), spec);
            RuntimeProgram.Result created = runtime.call("create", "--bundle", bundle.toString(), "a");
            assertThat(created.code()).isEqualTo(1);
            assertThat(created.err())
                    .contains("createRuntime hook \"/bin/sh\"")
                    .containsAnyOf("ended with 3, and said: no room", "did not end within its 1 s");
            assertThat(runtime.call("list", "--quiet").out()).isEmpty();
        }
    }

    @Test
    void descriptorsAreKeptOnDemandAndNoOthers() throws Exception {
        Path bundle = bundle("a", shell("a", "cat <&3; ls /proc/self/fd"));
        Path file = Files.writeString(folder.resolve("kept"), "kept\n");
        String call =
                String.join(" ", runtime.command("run", "--bundle", bundle.toString(), "--preserve-fds", "1", "a"));
        Path out = folder.resolve("out");
        java.lang.Process process = new ProcessBuilder("sh", "-c", "exec " + call + " 3< " + file + " 9< " + file)
                .redirectOutput(out.toFile())
                .redirectInput(new File("/dev/null"))
                .start();
        assertThat(process.waitFor())
                .as(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .isZero();
        // ls opens the directory itself
        assertThat(Files.readAllLines(out)).containsExactly("kept", "0", "1", "2", "3", "4");
    }

    /** The host's own devices do not become a container's user's. */
    @Test
    void ownerOfTheHostsNullDeviceStays() throws Exception {
        var user = new dev.ferry.runtime.oci.User(65534, 65534, null, List.of(), null);
        Spec spec = shell("a", "id -u").user(user).build();
        Path bundle = bundle("a", spec);
        RuntimeProgram.Result result = runtime.call("run", "--bundle", bundle.toString(), "a");
        assertThat(result.out()).isEqualTo("65534\n");
        assertThat(Files.getAttribute(Path.of("/dev/null"), "unix:uid")).isEqualTo(0);
    }

    @Test
    void whatNobodyCanDoIsRefused() throws Exception {
        Path bundle = bundle("a", shell("a", "true"));
        assertThat(runtime.call("create", "--bundle", folder.resolve("none").toString(), "a")
                        .err())
                .contains("config.json not found");
        assertThat(runtime.call("create", "--bundle", bundle.toString(), "a/b").err())
                .contains("invalid container ID format");
        assertThat(runtime.call("frob").err()).contains("No help topic for 'frob'");
    }

    @Test
    void damagedConfigurationKeepsNoContainerFromGoing() throws Exception {
        Path bundle = bundle("a", shell("a", LONG));
        assertThat(runtime.create(folder.resolve("out"), "create", "--bundle", bundle.toString(), "a")
                        .code())
                .isZero();
        Files.writeString(folder.resolve("states/a/config.json"), "{");
        RuntimeProgram.Result deleted = runtime.call("delete", "--force", "a");
        assertThat(deleted.code()).as(deleted.err()).isZero();
        assertThat(deleted.err()).contains("poststop hooks are not known");
        assertThat(runtime.call("list", "--quiet").out()).isEmpty();
    }

    /** A call that was killed in the middle has left a directory. */
    @Test
    void halfMadeContainerIsClearedByForce() throws Exception {
        Files.createDirectories(folder.resolve("states/a"));
        assertThat(runtime.call("state", "a").err()).contains("container does not exist");
        assertThat(runtime.call("delete", "--force", "a").code()).isZero();
        assertThat(folder.resolve("states/a")).doesNotExist();
    }
}
