package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.SessionKeyring;
import dev.ferry.runtime.linux.UnixListener;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.testing.Executables;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container takes of its host and of whoever calls: interfaces, modules, descriptors, signals, cgroups; and what it is refused. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class BundleHostThingsTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private RuntimeRig rig;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() {
        rig = new RuntimeRig(folder, shared.resolve("root"));
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    /** Only its start asks for one. runtime.md, "Start" */
    @Test
    void containerWithoutAProcessCanBeMadeAndNotStarted() throws Exception {
        ObjectNode config = rig.config("true");
        config.remove("process");
        RuntimeProgram.Result created = rig.create(RuntimeRig.ID, config);
        assertThat(created.code()).as(created.err()).isZero();
        RuntimeProgram.Result started = rig.call("start", RuntimeRig.ID);
        assertThat(started.code()).isEqualTo(1);
        assertThat(started.err()).contains("process property must not be empty");
        assertThat(rig.call("state", RuntimeRig.ID).out()).contains("\"status\" : \"created\"");
        assertThat(rig.call("delete", RuntimeRig.ID).code()).isZero();
        rig.assertNothingIsLeft();
    }

    @Test
    void interfaceMovesInWithItsAddresses() throws Exception {
        ObjectNode config = rig.config("cat /sys/class/net/inner/operstate; ip addr show inner; ip link show ferry-b");
        config.withObject("/linux/netDevices/ferry-a").put("name", "inner");
        config.withObject("/linux/netDevices/ferry-b");
        RuntimeProgram.Result result = inNetwork(
                "ip link add ferry-a type veth peer name ferry-b; ip addr add 10.9.8.7/24 dev ferry-a;"
                        + " ip addr add 169.254.9.9/16 scope link dev ferry-a; ip -6 addr add fd00::9/64 dev ferry-a nodad; ip link set ferry-a up",
                config);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("inet 10.9.8.7/24")
                .contains("inet6 fd00::9/64")
                .contains("<BROADCAST,MULTICAST,UP")
                .doesNotContain("169.254.9.9");
    }

    @Test
    void interfaceThatCannotMoveIsTold() throws Exception {
        ObjectNode config = rig.config("true");
        config.withObject("/linux/netDevices/ferry-none");
        assertThat(inNetwork("true", config).err()).contains("there is no network device \"ferry-none\" here");
        rig.assertNothingIsLeft();
        config = rig.config("true");
        config.withObject("/linux/netDevices/ferry-a").put("name", "lo");
        assertThat(inNetwork("ip link add ferry-a type veth peer name ferry-b", config)
                        .err())
                .contains("network device \"ferry-a\" cannot move into the container as \"lo\"")
                .contains("EEXIST");
        rig.assertNothingIsLeft();
        config = rig.config("true");
        config.withObject("/linux/netDevices/ferry-a").put("name", "no/name");
        assertThat(rig.run(config).err()).contains("invalid network device name \"no/name\"");
        config = rig.config("true");
        config.withObject("/linux/netDevices/ferry-a");
        var namespaces = config.withObject("/linux").withArray("namespaces");
        for (int i = namespaces.size() - 1; i >= 0; i--) {
            if (namespaces.get(i).path("type").asText().equals("network")) {
                namespaces.remove(i);
            }
        }
        assertThat(rig.run(config).err()).contains("unable to move network devices without a NET namespace");
        rig.assertNothingIsLeft();
    }

    /** The runtime called where a script has made interfaces, in a network namespace that is the test's. */
    private RuntimeProgram.Result inNetwork(String script, ObjectNode config) throws Exception {
        String bundle = rig.bundle(RuntimeRig.ID, config).toString();
        return rig.callBehind("unshare", "--net", "sh", "-ec", script + "; exec \"$@\"", "sh")
                .call("run", "--bundle", bundle, RuntimeRig.ID);
    }

    @Test
    void labelsThatTheHostCannotGiveAreRefused() throws Exception {
        SecurityModules host = SecurityModules.ofHost();
        org.junit.jupiter.api.Assumptions.assumeFalse(host.appArmor() || host.selinux(), "this host has a module");
        ObjectNode config = rig.config("true");
        config.withObject("/process").put("apparmorProfile", "guest");
        assertThat(rig.run(config).err()).contains("apparmor: config provided but apparmor not supported");
        config = rig.config("true");
        config.withObject("/process").put("selinuxLabel", "system_u");
        assertThat(rig.run(config).err()).contains("selinux label is specified in config, but selinux is disabled");
        config = rig.config("true");
        config.withObject("/linux").put("mountLabel", "system_u");
        assertThat(rig.run(config).err()).contains("selinux label is specified in config, but selinux is disabled");
        config = rig.config("true");
        config.withObject("/linux/intelRdt").put("closID", "guests");
        assertThat(rig.run(config).err()).contains("Intel RDT is not enabled");
        rig.assertNothingIsLeft();
        rig.start(rig.config("echo up; sleep 1000"));
        assertThat(rig.call("exec", "--apparmor", "guest", RuntimeRig.ID, "true")
                        .err())
                .contains("apparmor: config provided but apparmor not supported");
        assertThat(rig.call("exec", "--process-label", "system_u", RuntimeRig.ID, "true")
                        .err())
                .contains("selinux label is specified in config");
    }

    @Test
    void pidFdGoesToItsSocket() throws Exception {
        Path socket = folder.resolve("pidfd");
        ObjectNode config = rig.config("echo up; sleep 1000");
        String bundle = rig.bundle(RuntimeRig.ID, config).toString();
        RuntimeProgram.Result nobody =
                rig.call("create", "--bundle", bundle, "--pidfd-socket", socket.toString(), RuntimeRig.ID);
        assertThat(nobody.err()).contains("cannot connect to the pidfd socket");
        rig.assertNothingIsLeft();
        try (UnixListener listener = UnixListener.at(socket)) {
            RuntimeProgram.Result created = rig.create(RuntimeRig.ID, config, "--pidfd-socket", socket.toString());
            assertThat(created.code()).as(created.err()).isZero();
            assertThat(pid(listener)).isEqualTo(rig.pid());
            rig.call("start", RuntimeRig.ID);
            Process added = rig.begin("exec", "--pidfd-socket", socket.toString(), RuntimeRig.ID, "sleep", "1000");
            assertThat(pid(listener)).isPositive().isNotEqualTo(rig.pid());
            rig.end();
            assertThat(added.waitFor()).isEqualTo(137);
        }
    }

    private static int pid(UnixListener listener) throws Exception {
        try (UnixSocket connection = listener.accept()) {
            UnixSocket.Received received = connection.receive(64);
            assertThat(new String(received.bytes(), StandardCharsets.UTF_8)).isEqualTo("pidfd");
            try (Fd descriptor = received.fds().getFirst()) {
                return Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor.number())).stream()
                        .filter(line -> line.startsWith("Pid:"))
                        .map(line -> Integer.parseInt(line.substring(4).strip()))
                        .findFirst()
                        .orElseThrow();
            }
        }
    }

    @Test
    void pausedContainerTakesAProcessIfItIsTo() throws Exception {
        rig.start(rig.config("echo up; sleep 1000"));
        assertThat(rig.call("pause", RuntimeRig.ID).code()).isZero();
        assertThat(rig.call("exec", RuntimeRig.ID, "true").err())
                .contains("cannot exec in a paused container (use --ignore-paused to override)");
        Process added = rig.begin("exec", "--ignore-paused", RuntimeRig.ID, "sh", "-c", "exit 3");
        assertThat(rig.call("resume", RuntimeRig.ID).code()).isZero();
        assertThat(added.waitFor()).isEqualTo(3);
    }

    @Test
    void addedProcessGoesIntoASubCgroup() throws Exception {
        rig.start(rig.config("echo up; sleep 1000"));
        assertThat(rig.call("exec", "--cgroup", "../x", RuntimeRig.ID, "true").err())
                .contains("bad sub cgroup path: ../x");
        assertThat(rig.call("exec", "--cgroup", "frob:x", RuntimeRig.ID, "true").err())
                .contains("unknown controller frob in SubCgroupPaths");
        assertThat(rig.call("exec", "--cgroup", ",pids:x", RuntimeRig.ID, "true")
                        .err())
                .contains("empty <controller> prefix");
        assertThat(rig.call("exec", "--cgroup", "pids:a", "--cgroup", "b", RuntimeRig.ID, "true")
                        .err())
                .contains("missing <controller>: prefix");
        List<String> mine = Files.readAllLines(Path.of("/proc/" + rig.pid() + "/cgroup"));
        String pids = mine.stream()
                .filter(line -> line.contains(":pids:"))
                .map(line -> line.split(":", 3)[2])
                .findFirst()
                .orElse("");
        org.junit.jupiter.api.Assumptions.assumeFalse(pids.isEmpty(), "this host has one hierarchy for all");
        Files.createDirectories(Path.of("/sys/fs/cgroup/pids" + pids + "/sub"));
        String said = rig.call("exec", "--cgroup", "pids:/sub", RuntimeRig.ID, "cat", "/proc/self/cgroup")
                .out();
        assertThat(said).contains(":pids:/sub\n");
        assertThat(said.lines().filter(line -> line.endsWith("/sub"))).hasSize(1);
    }

    @Test
    void everyLimitHasAFlag() throws Exception {
        rig.start(rig.config("echo up; sleep 1000"));
        RuntimeProgram.Result updated =
                rig.call("update", "--memory", "64m", "--kernel-memory", "1", "--cpu-idle", "0", RuntimeRig.ID);
        assertThat(updated.code()).as(updated.err()).isZero();
        assertThat(updated.err()).contains("Kernel memory settings are ignored and will be removed");
        assertThat(rig.call("events", "--stats", RuntimeRig.ID).out()).contains(Long.toString(64L << 20));
        assertThat(rig.call("update", "--memory", "64x", RuntimeRig.ID).err()).contains("invalid value for memory");
        assertThat(rig.call("update", "--l3-cache-schema", "L3:0=f", RuntimeRig.ID)
                        .err())
                .contains("Intel RDT/CAT: l3 cache schema is not enabled");
        assertThat(rig.call("update", "--mem-bw-schema", "MB:0=20", RuntimeRig.ID)
                        .err())
                .contains("Intel RDT/MBA: memory bandwidth schema is not enabled");
    }

    /** Whoever calls in the foreground speaks to the call, and means the container. */
    @Test
    void signalsArePassedOn() throws Exception {
        Path heard = Files.createDirectories(folder.resolve("heard"));
        ObjectNode config =
                rig.config("for s in HUP INT USR1 WINCH CONT; do trap \"touch /heard/$s\" $s; done; trap 'exit 6' TERM;"
                        + " touch /heard/up; while :; do sleep 0.02; done");
        ObjectNode mount = config.withArray("/mounts").addObject();
        mount.put("destination", "/heard").put("type", "bind").put("source", heard.toString());
        mount.withArray("options").add("bind");
        Process call =
                rig.begin("run", "--bundle", rig.bundle(RuntimeRig.ID, config).toString(), RuntimeRig.ID);
        await(heard.resolve("up"));
        // one that changes nothing until the call listens shows that it does
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(heard.resolve("WINCH"))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            signal(call, "WINCH");
        }
        for (String signal : List.of("USR1", "HUP", "INT", "CONT")) {
            signal(call, signal);
            await(heard.resolve(signal));
        }
        call.destroy();
        assertThat(call.waitFor()).isEqualTo(6);
    }

    private static void signal(Process process, String signal) throws Exception {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    private static void await(Path file) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(file)) {
            assertThat(System.nanoTime()).as(file.toString()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    @Test
    void configurationThatCannotBeIsToldAndLeavesNothing() throws Exception {
        ObjectNode config = rig.config("true");
        config.withObject("/process").withArray("args").removeAll();
        refused(config, "args must not be empty");
        config = rig.config("true");
        config.withObject("/process").put("cwd", "relative");
        refused(config, "Cwd must be an absolute path");
        config = rig.config("true");
        config.withObject("/process")
                .withArray("rlimits")
                .addObject()
                .put("type", "RLIMIT_FROB")
                .put("soft", 1)
                .put("hard", 1);
        refused(config, "RLIMIT_FROB");
        config = rig.config("true");
        config.withObject("/linux").withArray("namespaces").addObject().put("type", "pid");
        refused(config, "a container has one namespace of a kind");
        config = rig.config("true");
        config.withObject("/root").put("path", "nosuch");
        refused(config, "is no directory");
        config = rig.config("true");
        config.remove("root");
        refused(config, "root is missing");
        Path script = Files.writeString(folder.resolve("hook.sh"), "");
        config = rig.config("true");
        config.withObject("/hooks").withArray("createRuntime").addObject().put("path", script.toString());
        refused(config, "createRuntime hook \"" + script + "\" cannot be executed");
        Path bundle = rig.bundle(RuntimeRig.ID, rig.config("true"));
        Files.writeString(bundle.resolve("config.json"), "{");
        assertThat(rig.call("create", "--bundle", bundle.toString(), RuntimeRig.ID)
                        .code())
                .isEqualTo(1);
        rig.assertNothingIsLeft();
    }

    private void refused(ObjectNode config, String why) throws Exception {
        RuntimeProgram.Result result =
                rig.call("create", "--bundle", rig.bundle(RuntimeRig.ID, config).toString(), RuntimeRig.ID);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains(why);
        rig.assertNothingIsLeft();
    }

    @Test
    void cgroupThatOthersAreInIsRefused() throws Exception {
        ObjectNode config = rig.config("echo up; sleep 1000");
        rig.start(config);
        RuntimeProgram.Result second = rig.startAs("second", config);
        assertThat(second.code()).isEqualTo(1);
        assertThat(second.err()).contains("container's cgroup is not empty: 1 process(es) found");
        assertThat(rig.call("list", "--quiet").out()).isEqualTo(RuntimeRig.ID + "\n");
        assertThat(rig.call("state", RuntimeRig.ID).out()).contains("\"status\" : \"running\"");
    }

    /** A root on a ramdisk is none that pivot_root(2) takes. */
    @Test
    void rootCanBeMovedInsteadOfPivoted() throws Exception {
        ObjectNode config = rig.config("ls /; cat /proc/1/comm; grep -c ' / sysfs ' /proc/mounts; echo up; sleep 1000");
        RuntimeProgram.Result created = rig.create(RuntimeRig.ID, config, "--no-pivot");
        assertThat(created.code()).as(created.err()).isZero();
        assertThat(rig.call("start", RuntimeRig.ID).code()).isZero();
        String said = rig.awaitUp(RuntimeRig.ID);
        String plain = rig.call("exec", RuntimeRig.ID, "ls", "/").out();
        assertThat(said).isEqualTo(plain + "sh\n0\nup\n");
        assertThat(plain).contains("bin\n").doesNotContain("boot");
    }

    @Test
    void keyringIsTheContainersUnlessTheCallersIsWanted() throws Exception {
        Path own = rig.ownRoot();
        Executables.describeSessionKeyring(own.resolve("bin/describe"));
        ObjectNode config = rig.config("describe");
        config.withObject("/root").put("path", own.toString());
        String bundle = rig.bundle(RuntimeRig.ID, config).toString();
        // the keyring of a thread that ends
        FutureTask<String> calls = new FutureTask<>(() -> {
            SessionKeyring.join("ferry-callers");
            return rig.call("run", "--bundle", bundle, RuntimeRig.ID).out() + " and "
                    + rig.call("run", "--no-new-keyring", "--bundle", bundle, RuntimeRig.ID)
                            .out();
        });
        Thread.ofPlatform().start(calls);
        String[] said = calls.get().split(" and ", 2);
        assertThat(said[0]).contains("keyring;").doesNotContain("ferry-callers");
        assertThat(said[1]).contains("ferry-callers");
    }

    /** As with runc, whose callers send profiles of newer kernels. */
    @Test
    void callThatNobodyKnowsIsLeftOutOfAFilter() throws Exception {
        ObjectNode config = rig.config("echo fine");
        ObjectNode seccomp = config.withObject("/linux/seccomp").put("defaultAction", "SCMP_ACT_ALLOW");
        ObjectNode rule = seccomp.withArray("syscalls").addObject().put("action", "SCMP_ACT_ERRNO");
        rule.withArray("names").add("frobnicate").add("swapon");
        RuntimeProgram.Result result = rig.run(config);
        assertThat(result.out()).as(result.err()).isEqualTo("fine\n");
    }
}
