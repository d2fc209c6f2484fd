package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Process.Rlimit;
import dev.ferry.runtime.oci.ProcessCapabilities;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.oci.User;
import dev.ferry.runtime.seccomp.SeccompFilter;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program finds around itself. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class ContainerInsideTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private Box box;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() throws Exception {
        box = new Box(folder, shared.resolve("root"));
    }

    @AfterEach
    void close() throws Exception {
        box.close();
    }

    @Test
    void rightsAreDockersFourteenAndTheFilterIsOn() throws Exception {
        Spec spec = Box.shell("")
                .arguments(List.of("grep", "-E", "^(Cap|Seccomp:|NoNew|Sig[BI])", "/proc/self/status"))
                .noNewPrivileges(true)
                .build();
        LaunchRequest request = box.request(spec, false, Optional.of(allowAll()));
        box.start(request).awaitExit();
        assertThat(Box.text(request.log(), 0).lines())
                .contains(
                        "CapInh:\t0000000000000000",
                        "CapPrm:\t00000000a80425fb",
                        "CapEff:\t00000000a80425fb",
                        "CapBnd:\t00000000a80425fb",
                        "CapAmb:\t0000000000000000",
                        "NoNewPrivs:\t1",
                        "Seccomp:\t2",
                        "SigBlk:\t0000000000000000",
                        "SigIgn:\t0000000000000000");
    }

    @Test
    void filterIsAlsoLoadedWithoutNoNewPrivileges() throws Exception {
        Spec spec = Box.shell("grep -E '^(CapEff|Seccomp:|NoNew)' /proc/self/status")
                .build();
        LaunchRequest request = box.request(spec, false, Optional.of(allowAll()));
        box.start(request).awaitExit();
        assertThat(Box.text(request.log(), 0).lines())
                .containsExactly("CapEff:\t00000000a80425fb", "NoNewPrivs:\t0", "Seccomp:\t2");
    }

    @Test
    void processIsFirstOfItsOwnNamespacesAndHoldsOnlyItsStreams() throws Exception {
        String out = box.output(
                "echo $$; ls /proc/self/fd | wc -l; cat /proc/self/cgroup | cut -d: -f3 | sort -u; ps | wc -l;"
                        + " cut -d' ' -f6 /proc/1/stat");
        List<String> lines = out.lines().toList();
        assertThat(lines.get(0)).isEqualTo("1");
        assertThat(lines.get(1)).as("0, 1, 2 and the directory itself").isEqualTo("4");
        assertThat(lines.get(2)).as("cgroup").isEqualTo("/");
        assertThat(lines.get(lines.size() - 1)).as("session").isEqualTo("1");
    }

    @Test
    void everyHierarchyOfTheHostIsJoined() throws Exception {
        LaunchRequest request = box.request(Box.shell("echo up; sleep 100").build(), false);
        ContainerProcess container = box.start(request);
        Box.awaitText(request.log(), "up");
        String own = request.cgroup().path().value();
        assertThat(Files.readAllLines(Path.of("/proc/" + container.initPid() + "/cgroup")))
                .isNotEmpty()
                .allMatch(line -> line.endsWith(":" + own));
    }

    @Test
    void mountTableIsThatOfTheSpec() throws Exception {
        String out = box.output("cut -d' ' -f5 /proc/self/mountinfo");
        assertThat(out.lines().toList())
                .contains("/", "/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm")
                .doesNotHaveDuplicates();
    }

    @Test
    void maskedAndReadOnlyPathsAreSo() throws Exception {
        String out = box.output("cat /proc/keys | wc -c; cat /proc/interrupts | wc -c; ls -a /sys/firmware | wc -l; "
                + "for f in /sys/firmware/x /proc/sys/kernel/printk /proc/irq/x /sys/x /sys/fs/cgroup/x; do "
                + "echo 1 > $f && echo written $f; done; true");
        List<String> lines = out.lines().toList();
        assertThat(lines.subList(0, 3)).containsExactly("0", "0", "2");
        assertThat(lines.subList(3, lines.size())).hasSize(5).noneMatch(line -> line.startsWith("written"));
    }

    @Test
    void devicesAndLinksAreThere() throws Exception {
        String out = box.output(
                "for d in null zero full random urandom tty; do [ -c /dev/$d ] && echo $d; done; for l in fd stdin"
                        + " ptmx; do readlink /dev/$l; done; echo x > /dev/null && head -c 3 /dev/zero | wc -c");
        assertThat(out.lines())
                .containsExactly(
                        "null",
                        "zero",
                        "full",
                        "random",
                        "urandom",
                        "tty",
                        "/proc/self/fd",
                        "/proc/self/fd/0",
                        "pts/ptmx",
                        "3");
    }

    @Test
    void namesLimitsAndSettingsHold() throws Exception {
        Spec spec = Box.shell("hostname; cat /proc/sys/kernel/domainname; ulimit -n; ulimit -Hn; cat"
                        + " /proc/sys/net/ipv4/ip_forward; umask")
                .hostname("box")
                .domainname("example")
                .rlimits(List.of(new Rlimit("RLIMIT_NOFILE", 1000, 1 << 30)))
                .sysctl("net.ipv4.ip_forward", "1")
                .build();
        List<String> lines = box.output(spec).lines().toList();
        assertThat(lines.subList(0, 3)).containsExactly("box", "example", "1000");
        assertThat(Long.parseLong(lines.get(3)))
                .as("hard limit, lowered to what there is")
                .isBetween(1000L, 1L << 30);
        assertThat(lines.subList(4, 6)).containsExactly("1", "0022");
    }

    @Test
    void userGroupsAndDirectoryAreSet() throws Exception {
        Spec spec = Box.shell("id -u; id -g; id -G; pwd; echo ok > /dev/stdout; grep CapEff /proc/self/status")
                .user(new User(1000, 1001, null, List.of(1001L, 7L), null))
                .workingDirectory("/made/up")
                .build();
        assertThat(box.output(spec).lines())
                .containsExactly("1000", "1001", "1001 7", "/made/up", "ok", "CapEff:\t0000000000000000");
    }

    @Test
    void ambientCapabilitiesSurviveTheChangeOfUser() throws Exception {
        List<String> bind = List.of("CAP_NET_BIND_SERVICE");
        Spec spec = Box.shell("grep CapEff /proc/self/status")
                .user(new User(1000, 1000, null, List.of(), null))
                .capabilities(new ProcessCapabilities(bind, bind, bind, bind, bind))
                .build();
        assertThat(box.output(spec)).isEqualTo("CapEff:\t0000000000000400\n");
    }

    @Test
    void directoriesAndFilesAreBound() throws Exception {
        Path source = Files.createDirectory(folder.resolve("source"));
        Files.writeString(source.resolve("file"), "bound\n");
        Spec spec = Box.shell("cat /data/file; cat /etc/one; touch /data/new || echo read-only; touch /rw/new && echo"
                        + " written")
                .mount(new Mount("/data", "bind", source.toString(), List.of("rbind", "ro")))
                .mount(new Mount("/etc/one", "bind", source.resolve("file").toString(), List.of("rbind", "ro")))
                .mount(new Mount("/rw", "bind", source.toString(), List.of("rbind")))
                .build();
        LaunchRequest request = box.request(spec, false);
        box.start(request).awaitExit();
        assertThat(Box.text(request.log(), 1).lines()).containsExactly("bound", "bound", "read-only", "written");
        assertThat(source.resolve("new")).exists();
    }

    @Test
    void readOnlyRootStaysReadable() throws Exception {
        Spec spec = Box.shell("touch /x || echo refused; touch /dev/shm/x && echo shm; cat /etc/group | head -1")
                .root("rootfs", true)
                .build();
        LaunchRequest request = box.request(spec, false);
        box.start(request).awaitExit();
        assertThat(Box.text(request.log(), 1).lines()).containsExactly("refused", "shm", "root:x:0:");
    }

    @Test
    void hostNetworkIsTheHosts() throws Exception {
        Spec spec = Box.shell("readlink /proc/self/ns/net")
                .hostNamespace(NamespaceKind.NETWORK)
                .build();
        assertThat(box.output(spec).strip())
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
    }

    @Test
    void hugePagesCanBeTurnedOff() throws Exception {
        Spec spec = DefaultSpec.builder()
                .arguments(List.of("/bin/grep", "THP_enabled", "/proc/self/status"))
                .freshNamespace(NamespaceKind.NETWORK)
                .annotation(ContainerLauncher.HUGE_PAGES, "never")
                .build();
        assertThat(box.output(spec)).isEqualTo("THP_enabled:\t0\n");
    }

    /** One instruction: return SECCOMP_RET_ALLOW. */
    private static SeccompFilter allowAll() {
        byte[] program = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 0x06)
                .putShort((short) 0)
                .putInt(0x7fff_0000)
                .array();
        return new SeccompFilter(program, 0, List.of());
    }
}
