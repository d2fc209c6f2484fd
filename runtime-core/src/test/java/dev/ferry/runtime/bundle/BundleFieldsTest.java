package dev.ferry.runtime.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.UnixListener;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a configuration may ask for, seen from inside. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class BundleFieldsTest {
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

    private String output(ObjectNode config) throws Exception {
        RuntimeProgram.Result result = rig.run(config);
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    @Test
    void programIsScheduledAsAsked() throws Exception {
        // field 19 is the nice value, field 41 the policy: 3 is SCHED_BATCH. proc_pid_stat(5)
        ObjectNode config = rig.config("cut -d ' ' -f 19,41 /proc/self/stat; ionice -p $$");
        config.withObject("/process/scheduler").put("policy", "SCHED_BATCH").put("nice", 7);
        config.withObject("/process/ioPriority").put("class", "IOPRIO_CLASS_BE").put("priority", 6);
        assertThat(output(config)).isEqualTo("7 3\nbest-effort: prio 6\n");
    }

    @ParameterizedTest
    @CsvSource({
        "/process/scheduler, policy, SCHED_FAST, process.scheduler.policy",
        "/process/ioPriority, class, BEST, process.ioPriority.class",
        "/linux/personality, domain, WINDOWS, linux.personality.domain",
        "/linux/memoryPolicy, mode, MPOL_NEAR, linux.memoryPolicy.mode"
    })
    void wordThatTheSpecificationDoesNotKnowIsRefused(String object, String field, String word, String named)
            throws Exception {
        ObjectNode config = rig.config("true");
        config.withObject(object).put(field, word);
        if (field.equals("class")) {
            config.withObject(object).put("priority", 0);
        }
        RuntimeProgram.Result result = rig.run(config);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains(named + " is \"" + word + "\"; it must be one of");
    }

    @Test
    void personalityIsThatOfAnotherMachine() throws Exception {
        ObjectNode config = rig.config("uname -m");
        String plain = output(config);
        config = rig.config("uname -m");
        config.withObject("/linux/personality").put("domain", "LINUX32");
        assertThat(output(config)).isNotEqualTo(plain);
    }

    @Test
    void memoryComesFromTheNodesAsked() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                Files.exists(Path.of("/proc/self/numa_maps")), "this kernel has no memory nodes");
        ObjectNode config = rig.config("head -1 /proc/self/numa_maps | cut -d ' ' -f 2");
        config.withObject("/linux/memoryPolicy").put("mode", "MPOL_BIND").put("nodes", "0");
        assertThat(output(config)).isEqualTo("bind:0\n");
    }

    @Test
    void addedProcessRunsOnItsProcessors() throws Exception {
        ObjectNode config = rig.config("echo up; sleep 1000");
        config.withObject("/process/execCPUAffinity").put("initial", "0-1").put("final", "1");
        rig.start(config);
        assertThat(rig.call("exec", RuntimeRig.ID, "grep", "Cpus_allowed_list", "/proc/self/status")
                        .out())
                .isEqualTo("Cpus_allowed_list:\t1\n");
    }

    /** IFF_UP is 1. netdevice(7) */
    @Test
    void ownNetworkHasItsLoopbackInterfaceOn() throws Exception {
        assertThat(output(rig.config("cat /sys/class/net/lo/flags"))).isEqualTo("0x9\n");
    }

    @Test
    void clocksAreAhead() throws Exception {
        ObjectNode config =
                rig.config("cut -d . -f 1 /proc/uptime; cat /proc/self/timens_offsets; echo up; sleep 1000");
        config.withObject("/linux").withArray("namespaces").addObject().put("type", "time");
        config.withObject("/linux/timeOffsets/boottime").put("secs", 86400).put("nanosecs", 0);
        config.withObject("/linux/timeOffsets/monotonic").put("secs", 100).put("nanosecs", 5);
        long here = uptime(Files.readString(Path.of("/proc/uptime")));
        String said = rig.start(config);
        long there = uptime(said);
        assertThat(there - here).isBetween(86400L, 86400L + 60);
        assertThat(said).containsPattern("monotonic +100 +5\nboottime +86400 +0\n");
        String added = rig.call("exec", RuntimeRig.ID, "cat", "/proc/uptime").out();
        assertThat(uptime(added)).isBetween(there, there + 60);
    }

    private static long uptime(String text) {
        return Long.parseLong(text.split("[.\n]", 2)[0]);
    }

    @Test
    void bindMountHearsOfTheHostsMountsIfAsked() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.createDirectories(data.resolve("below"));
        try (HostMount outer = HostMount.shared(data)) {
            assertThat(outer.at()).isDirectory();
            ObjectNode config = rig.config("echo up; sleep 1000");
            bind(config, data, "/slave", "rbind", "rslave");
            bind(config, data, "/private", "rbind");
            rig.start(config);
            try (HostMount inner = HostMount.tmpfs(outer.at().resolve("below"))) {
                Files.writeString(inner.at().resolve("news"), "");
                assertThat(rig.call("exec", RuntimeRig.ID, "ls", "/slave/below").out())
                        .isEqualTo("news\n");
                assertThat(rig.call("exec", RuntimeRig.ID, "ls", "/private/below")
                                .out())
                        .isEmpty();
            }
            rig.end();
        }
    }

    private static void bind(ObjectNode config, Path source, String destination, String... options) {
        ObjectNode mount = config.withArray("/mounts").addObject();
        mount.put("destination", destination).put("type", "bind").put("source", source.toString());
        for (String option : options) {
            mount.withArray("options").add(option);
        }
    }

    /** As /etc/resolv.conf is in many images. */
    @Test
    void mountPointMayBeALink() throws Exception {
        Path own = rig.ownRoot();
        Files.createDirectories(own.resolve("run"));
        Files.createSymbolicLink(own.resolve("etc/resolv.conf"), Path.of("../run/resolv.conf"));
        Path names = Files.writeString(folder.resolve("names"), "nameserver\n");
        ObjectNode config = rig.config("cat /etc/resolv.conf /run/resolv.conf");
        config.withObject("/root").put("path", own.toString());
        bind(config, names, "/etc/resolv.conf", "bind", "ro");
        assertThat(output(config)).isEqualTo("nameserver\nnameserver\n");
    }

    @ParameterizedTest
    @CsvSource({"shared, shared:", "unbindable, unbindable", "private, -"})
    void rootPropagatesAsAsked(String word, String tag) throws Exception {
        ObjectNode config = rig.config("grep ' / / ' /proc/self/mountinfo || grep -m 1 ' / ' /proc/self/mountinfo");
        config.withObject("/linux").put("rootfsPropagation", word);
        assertThat(output(config)).contains(" " + tag);
    }

    @Test
    void propagationThatThereIsNotIsRefused() throws Exception {
        ObjectNode config = rig.config("true");
        config.withObject("/linux").put("rootfsPropagation", "wide");
        assertThat(rig.run(config).err()).contains("linux.rootfsPropagation is \"wide\"");
    }

    @Test
    void settingsOfTheKernelAreTheContainers() throws Exception {
        ObjectNode config = rig.config("cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward");
        config.withObject("/linux/sysctl").put("kernel.msgmax", "4096").put("net/ipv4/ip_forward", "1");
        assertThat(output(config)).isEqualTo("4096\n1\n");
    }

    @Test
    void rootOfAUserNamespaceIsNobodyOutside() throws Exception {
        ObjectNode config = rig.mapped(
                "id -u; cat /proc/self/uid_map | tr -s ' '; : > /dev/null && echo null; hostname inside && hostname;"
                        + " mount -t tmpfs none /tmp && echo mounted; cat /proc/self/cgroup | grep -c :/$; echo up; sleep 1000");
        config.withObject("/process")
                .withObject("capabilities")
                .withArray("bounding")
                .add("CAP_SYS_ADMIN");
        config.withObject("/process")
                .withObject("capabilities")
                .withArray("effective")
                .add("CAP_SYS_ADMIN");
        config.withObject("/process")
                .withObject("capabilities")
                .withArray("permitted")
                .add("CAP_SYS_ADMIN");
        config.withObject("/process").put("oomScoreAdj", 500);
        String said = rig.start(config);
        assertThat(said)
                .startsWith("0\n 0 200000 65536\nnull\ninside\nmounted\n")
                .endsWith("up\n");
        Path proc = Path.of("/proc/" + rig.pid());
        assertThat(Files.getAttribute(proc, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(RuntimeRig.MAPPED_ROOT);
        assertThat(Files.readString(proc.resolve("oom_score_adj"))).isEqualTo("500\n");
        RuntimeProgram.Result added = rig.call(
                "exec", "--user", "65534:65534", RuntimeRig.ID, "sh", "-c", "id -u; readlink /proc/self/ns/user");
        assertThat(added.out()).isEqualTo("65534\n" + Files.readSymbolicLink(proc.resolve("ns/user")) + "\n");
        assertThat(rig.call("ps", "--format", "json", RuntimeRig.ID).out()).contains(Integer.toString(rig.pid()));
    }

    /** Bind mounts of what only the runtime may look at. */
    @Test
    void userNamespaceShowsWhatItsRootCouldNotOpen() throws Exception {
        Path secret = Files.createDirectories(
                folder.resolve("hidden"),
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rwx------")));
        Path data = Files.createDirectories(secret.resolve("data"));
        Files.writeString(data.resolve("file"), "content\n");
        ObjectNode config = rig.mapped("cat /tmp/file; touch /tmp/new || echo read-only");
        bind(config, data, "/tmp", "rbind", "ro");
        assertThat(output(config)).isEqualTo("content\nread-only\n");
    }

    @Test
    void userNamespaceTakesMapsAndMapsTakeAUserNamespace() throws Exception {
        ObjectNode config = rig.config("true");
        config.withObject("/linux").withArray("namespaces").addObject().put("type", "user");
        assertThat(rig.run(config).err()).contains("user namespaces enabled, but no mappings found");
        config = rig.mapped("true");
        config.withObject("/linux").withArray("namespaces").removeAll();
        config.withObject("/linux").withArray("namespaces").addObject().put("type", "mount");
        assertThat(rig.run(config).err()).contains("linux.uidMappings without a user namespace");
        config = rig.config("true");
        config.withObject("/linux/timeOffsets/boottime").put("secs", 1).put("nanosecs", 0);
        assertThat(rig.run(config).err()).contains("linux.timeOffsets without a time namespace");
    }

    /** As the containers of a pod share what belongs to the pod. */
    @Test
    void namespacesOfAnotherCanBeJoined() throws Exception {
        rig.start(rig.mapped("echo up; sleep 1000"));
        String first = Path.of("/proc/" + rig.pid() + "/ns").toString();
        ObjectNode config =
                rig.config("for n in pid user net uts ipc; do readlink /proc/self/ns/$n; done; echo up; sleep 1000");
        config.withObject("/linux").put("cgroupsPath", rig.cgroup("second"));
        var namespaces = config.withObject("/linux").withArray("namespaces");
        namespaces.removeAll();
        namespaces.addObject().put("type", "mount");
        for (String kind : List.of("pid", "network", "uts", "ipc", "user")) {
            String file = kind.equals("network") ? "net" : kind;
            namespaces.addObject().put("type", kind).put("path", first + "/" + file);
        }
        // a proc of a pid namespace that it does not own is not for it to mount
        RuntimeProgram.Result second = rig.startAs("second", config);
        assertThat(second.code()).as(second.err()).isZero();
        StringBuilder expected = new StringBuilder();
        for (String kind : List.of("pid", "user", "net", "uts", "ipc")) {
            expected.append(Files.readSymbolicLink(Path.of(first, kind))).append('\n');
        }
        assertThat(rig.awaitUp("second")).isEqualTo(expected + "up\n");
    }

    @Test
    void mountTakesTheIdsAsked() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve("file"), "");
        for (String option : List.of("idmap", "ridmap")) {
            ObjectNode config = rig.config("stat -c %u:%g /data/file; stat -c %u /data2/file");
            bind(config, data, "/data", "rbind", option);
            for (String map : List.of("uidMappings", "gidMappings")) {
                ((ObjectNode) config.withArray("/mounts")
                                .get(config.withArray("/mounts").size() - 1))
                        .withArray(map)
                        .addObject()
                        .put("containerID", 0)
                        .put("hostID", 1000)
                        .put("size", 10);
            }
            bind(config, data, "/data2", "rbind");
            assertThat(output(config)).isEqualTo("1000:1000\n0\n");
        }
    }

    /** Its root sees the files of the host's root as its own. */
    @Test
    void mountTakesTheIdsOfTheContainer() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve("file"), "");
        ObjectNode config = rig.mapped("stat -c %u /tmp/file; touch /tmp/new");
        bind(config, data, "/tmp", "rbind", "idmap");
        assertThat(output(config)).isEqualTo("0\n");
        assertThat(Files.getAttribute(data.resolve("new"), "unix:uid")).isEqualTo(0);
    }

    @Test
    void mapThatIsNotThereOrNotTakenIsTold() throws Exception {
        ObjectNode config = rig.config("true");
        bind(config, folder, "/data", "rbind", "idmap");
        assertThat(rig.run(config).err())
                .contains("mount at \"/data\" maps ids and neither it nor the container has a map");
        config = rig.mapped("true");
        ObjectNode memory = config.withArray("/mounts").addObject();
        memory.put("destination", "/tmp").put("type", "tmpfs").put("source", "tmpfs");
        memory.withArray("options").add("idmap");
        assertThat(rig.run(config).err()).contains("mount at \"/tmp\" maps ids and is no bind mount");
        config = rig.mapped("true");
        config.withObject("/linux")
                .withArray("uidMappings")
                .addObject()
                .put("containerID", 10)
                .put("hostID", 10)
                .put("size", 10);
        assertThat(rig.run(config).err()).contains("the kernel does not take the id map \"0 200000 65536,10 10 10\"");
    }

    private static ObjectNode listening(ObjectNode config, Path socket, String call) {
        ObjectNode seccomp = config.withObject("/linux/seccomp");
        seccomp.put("defaultAction", "SCMP_ACT_ALLOW")
                .put("listenerPath", socket.toString())
                .put("listenerMetadata", "whose");
        ObjectNode rule = seccomp.withArray("syscalls").addObject().put("action", "SCMP_ACT_NOTIFY");
        rule.withArray("names").add(call);
        return config;
    }

    @Test
    void listenerGetsItsDescriptorAndTheState() throws Exception {
        Path socket = folder.resolve("listener");
        String script = "mkdir /tmp/a; echo up; sleep 1000";
        ObjectNode config = listening(rig.config(script), socket, "mkdir");
        ((ObjectNode) config.path("linux").path("seccomp").path("syscalls").get(0))
                .withArray("names")
                .add("mkdirat");
        try (UnixListener listener = UnixListener.at(socket)) {
            RuntimeProgram.Result started = rig.startAs(RuntimeRig.ID, config);
            assertThat(started.code()).as(started.err()).isZero();
            requireListener(listener, rig.pid(), "created");
            // nobody answers any more
            rig.awaitUp(RuntimeRig.ID);
            java.lang.Process added = rig.begin("exec", RuntimeRig.ID, "mkdir", "/tmp/b");
            int pid = requireListener(listener, 0, "running");
            assertThat(pid).isNotEqualTo(rig.pid());
            assertThat(added.waitFor()).isEqualTo(1);
            assertThat(rig.call("exec", RuntimeRig.ID, "ls", "/tmp").err()).isEmpty();
        }
    }

    private static int requireListener(UnixListener listener, int pid, String status) throws Exception {
        try (UnixSocket connection = listener.accept()) {
            UnixSocket.Received received = connection.receive(1 << 16);
            try (Fd descriptor = received.fds().getFirst()) {
                assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor.number())))
                        .hasToString("anon_inode:seccomp notify");
            }
            var state = new com.fasterxml.jackson.databind.ObjectMapper().readTree(received.bytes());
            assertThat(state.path("fds").get(0).asText()).isEqualTo("seccompFd");
            assertThat(state.path("metadata").asText()).isEqualTo("whose");
            assertThat(state.path("state").path("status").asText()).isEqualTo(status);
            if (pid != 0) {
                assertThat(state.path("pid").asInt()).isEqualTo(pid);
            }
            return state.path("pid").asInt();
        }
    }

    @Test
    void listenerThatCannotBeIsRefused() throws Exception {
        Path socket = folder.resolve("nobody");
        assertThat(rig.run(listening(rig.config("true"), socket, "mkdir")).err())
                .contains("connect to the listener socket \"" + socket + "\"");
        assertThat(rig.run(listening(rig.config("true"), socket, "sendmsg")).err())
                .contains("SCMP_ACT_NOTIFY cannot be had for \"sendmsg\"");
        ObjectNode config = listening(rig.config("true"), socket, "mkdir");
        config.withObject("/linux/seccomp").remove("listenerPath");
        assertThat(rig.run(config).err()).contains("name a socket in listenerPath");
    }
}
