package dev.ferry.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxResources.Memory;
import dev.ferry.runtime.oci.LinuxResources.Pids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On trees of plain files: what is found where, and what is written. */
class CgroupHierarchiesTest {
    private static final CgroupPath PATH = new CgroupPath("/ferry/c1");

    @TempDir
    Path root;

    @Test
    void hybridHostWithAHierarchyThatIsNotMounted() throws Exception {
        CgroupHierarchies host = hybrid();

        assertThat(host.mode()).isEqualTo(CgroupMode.HYBRID);
        assertThat(host.all())
                .extracting(CgroupHierarchy::name)
                .containsExactly("name=systemd", "memory", "cpu,cpuacct", "pids", "");
        assertThat(host.unmounted()).containsExactly("hugetlb");
        assertThat(host.controllers())
                .contains("memory", "cpu", "cpuacct", "pids")
                .doesNotContain("hugetlb");
    }

    @Test
    void everyHierarchyIsJoinedAndNamedToCriu() throws Exception {
        Cgroup cgroup = hybrid().create(PATH, LinuxResources.NONE);

        assertThat(cgroup.procsFiles())
                .hasSize(5)
                .contains(
                        root.resolve("sys/fs/cgroup/unified/ferry/c1/cgroup.procs"),
                        root.resolve("sys/fs/cgroup/systemd/ferry/c1/cgroup.procs"));
        assertThat(cgroup.controllers())
                .isEqualTo(Map.of(
                        "name=systemd", "/ferry/c1",
                        "memory", "/ferry/c1",
                        "cpu", "/ferry/c1",
                        "cpuacct", "/ferry/c1",
                        "pids", "/ferry/c1",
                        "", "/ferry/c1"));
        assertThat(root.resolve("sys/fs/cgroup/memory/ferry/c1")).isDirectory();
    }

    @Test
    void aMountThatShowsADeeperCgroupCounts() throws Exception {
        file("proc/self/cgroup", "4:memory:/docker/abc\n");
        file("proc/self/mountinfo", "30 20 0:9 /docker/abc /cg/memory rw - cgroup cgroup rw,memory\n");

        Cgroup cgroup = CgroupHierarchies.of(root).open(PATH);

        assertThat(cgroup.procsFiles()).containsExactly(root.resolve("cg/memory/ferry/c1/cgroup.procs"));
        assertThat(cgroup.controllers()).containsEntry("memory", "/docker/abc/ferry/c1");
        assertThat(cgroup.mode()).isEqualTo(CgroupMode.V1);
    }

    @Test
    void version2() throws Exception {
        CgroupHierarchies host = unified("cpuset cpu io memory pids");

        assertThat(host.mode()).isEqualTo(CgroupMode.V2);
        assertThat(host.controllers()).containsExactlyInAnyOrder("cpuset", "cpu", "io", "memory", "pids");
        assertThat(host.open(PATH).controllers()).isEqualTo(Map.of("", "/ferry/c1"));
    }

    @Test
    void aHostWithoutCgroupsIsRefusedWithARemedy() throws Exception {
        file("proc/self/cgroup", "0::/\n");
        file("proc/self/mountinfo", "30 20 0:9 / /proc rw - proc proc rw\n");

        assertThatThrownBy(() -> CgroupHierarchies.of(root))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("mount -t cgroup2");
    }

    @Test
    void limitsAreWrittenWhereTheirControllerLives() throws Exception {
        Cgroup cgroup = hybrid().create(PATH, LinuxResources.NONE);
        file("sys/fs/cgroup/memory/ferry/c1/memory.limit_in_bytes", "");
        file("sys/fs/cgroup/pids/ferry/c1/pids.max", "");

        cgroup.limit(LinuxResources.NONE.withMemory(Memory.limited(4096)).withPids(new Pids(7)));

        assertThat(root.resolve("sys/fs/cgroup/memory/ferry/c1/memory.limit_in_bytes"))
                .hasContent("4096");
        assertThat(root.resolve("sys/fs/cgroup/pids/ferry/c1/pids.max")).hasContent("7");
    }

    @Test
    void version2HandsControllersDownAtEveryLevel() throws Exception {
        CgroupHierarchies host = unified("cpuset cpu io memory hugetlb pids rdma misc perf_event");
        file("sys/fs/cgroup/cgroup.subtree_control", "");
        Files.createDirectories(root.resolve("sys/fs/cgroup/ferry"));
        file("sys/fs/cgroup/ferry/cgroup.subtree_control", "cpuset cpu io memory hugetlb pids rdma misc");

        host.create(PATH, LinuxResources.NONE);

        assertThat(root.resolve("sys/fs/cgroup/cgroup.subtree_control"))
                .hasContent("+cpuset +cpu +io +memory +hugetlb +pids +rdma +misc");
        assertThat(root.resolve("sys/fs/cgroup/ferry/cgroup.subtree_control"))
                .hasContent("cpuset cpu io memory hugetlb pids rdma misc");
        assertThat(root.resolve("sys/fs/cgroup/ferry/c1")).isDirectory();
    }

    @Test
    void aControllerThatCannotBeHandedDownMattersOnlyToALimit() throws Exception {
        CgroupHierarchies host = unified("memory pids");
        // there is no cgroup.subtree_control to write to
        file("sys/fs/cgroup/cgroup.procs", "17\n");

        assertThat(host.create(PATH, LinuxResources.NONE).exists()).isTrue();
        assertThatThrownBy(() -> host.create(PATH, LinuxResources.NONE.withPids(new Pids(7))))
                .isInstanceOf(LimitRefused.class)
                .hasMessageContaining("pids")
                .hasMessageContaining("17");
    }

    @Test
    void aLimitWhoseControllerIsMissingIsRefusedBeforeAnythingIsMade() throws Exception {
        CgroupHierarchies host = hybrid();
        LinuxResources resources = new LinuxResources(
                List.of(),
                null,
                null,
                null,
                null,
                List.of(new LinuxResources.HugepageLimit("2MB", 0)),
                null,
                Map.of(),
                Map.of());

        assertThat(host.unsupported(resources)).singleElement().asString().contains("hugetlb");
        assertThatThrownBy(() -> host.create(PATH, resources))
                .isInstanceOf(LimitUnsupported.class)
                .hasMessageContaining("/ferry/c1");
        assertThat(root.resolve("sys/fs/cgroup/memory/ferry")).doesNotExist();
    }

    @Test
    void aFileThatTheKernelLacksIsReportedBeforeAnyIsWritten() throws Exception {
        Cgroup cgroup = hybrid().create(PATH, LinuxResources.NONE);
        file("sys/fs/cgroup/memory/ferry/c1/memory.limit_in_bytes", "");

        assertThatThrownBy(() -> cgroup.limit(LinuxResources.NONE.withMemory(
                        new Memory(4096L, null, 8192L, null, null, null, null, null, null))))
                .isInstanceOf(LimitUnsupported.class)
                .hasMessageContaining("memory.memsw.limit_in_bytes");
        assertThat(root.resolve("sys/fs/cgroup/memory/ferry/c1/memory.limit_in_bytes"))
                .isEmptyFile();
    }

    @Test
    void statisticsOfVersion1() throws Exception {
        Cgroup cgroup = hybrid().create(PATH, LinuxResources.NONE);
        file("sys/fs/cgroup/memory/ferry/c1/memory.usage_in_bytes", "8192\n");
        file("sys/fs/cgroup/memory/ferry/c1/memory.memsw.usage_in_bytes", "9192\n");
        file("sys/fs/cgroup/memory/ferry/c1/memory.limit_in_bytes", "9223372036854771712\n");
        file("sys/fs/cgroup/memory/ferry/c1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
        file("sys/fs/cgroup/memory/ferry/c1/memory.stat", "cache 1\nrss 2\n");
        file("sys/fs/cgroup/cpu,cpuacct/ferry/c1/cpuacct.usage", "123456789\n");
        file("sys/fs/cgroup/cpu,cpuacct/ferry/c1/cpuacct.stat", "user 3\nsystem 4\n");
        file("sys/fs/cgroup/cpu,cpuacct/ferry/c1/cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 77\n");
        file("sys/fs/cgroup/pids/ferry/c1/pids.current", "2\n");
        file("sys/fs/cgroup/pids/ferry/c1/pids.max", "max\n");

        CgroupStatistics statistics = cgroup.statistics();

        assertThat(statistics.memory().usage()).isEqualTo(8192);
        assertThat(statistics.memory().limit()).isEmpty();
        assertThat(statistics.memory().swap()).hasValue(1000);
        assertThat(statistics.memory().oomKills()).isEqualTo(3);
        assertThat(statistics.memory().details()).containsEntry("rss", 2L);
        assertThat(statistics.cpu()).isEqualTo(new CgroupStatistics.Cpu(123_456_789, 30_000_000, 40_000_000, 5, 2, 77));
        assertThat(statistics.pids().current()).isEqualTo(2);
        assertThat(statistics.pids().limit()).isEmpty();
    }

    @Test
    void statisticsOfVersion2() throws Exception {
        Cgroup cgroup = unified("memory cpu io pids").open(PATH);
        file("sys/fs/cgroup/ferry/c1/memory.current", "4096\n");
        file("sys/fs/cgroup/ferry/c1/memory.max", "8192\n");
        file("sys/fs/cgroup/ferry/c1/memory.events", "low 0\nhigh 0\nmax 4\noom 1\noom_kill 1\n");
        file("sys/fs/cgroup/ferry/c1/cpu.stat", "usage_usec 10\nuser_usec 6\nsystem_usec 4\nnr_periods 1\n");
        file("sys/fs/cgroup/ferry/c1/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n");

        CgroupStatistics statistics = cgroup.statistics();

        assertThat(statistics.memory().limit()).hasValue(8192);
        assertThat(statistics.memory().failures()).isEqualTo(4);
        assertThat(statistics.memory().oomKills()).isEqualTo(1);
        assertThat(statistics.cpu()).isEqualTo(new CgroupStatistics.Cpu(10_000, 6_000, 4_000, 1, 0, 0));
        assertThat(statistics.blockIo()).containsEntry("8:0", new CgroupStatistics.BlockDevice(1, 2, 3, 4));
    }

    @Test
    void pidsOfCgroupsBelowCount() throws Exception {
        Cgroup cgroup = unified("pids").open(PATH);
        file("sys/fs/cgroup/ferry/c1/cgroup.procs", "12\n");
        file("sys/fs/cgroup/ferry/c1/inner/cgroup.procs", "7\n0\n");

        assertThat(cgroup.pids()).containsExactly(7, 12);
    }

    @Test
    void deletingWhatIsNotThereIsDone() throws Exception {
        Cgroup cgroup = hybrid().open(PATH);

        assertThat(cgroup.exists()).isFalse();
        cgroup.delete(Duration.ZERO);
    }

    @Test
    void pathsThatLeaveTheTreeAreRefused() {
        for (String path : List.of("ferry", "/", "", "/a/../b", "/a//b", "/a/", "/a/.")) {
            assertThatThrownBy(() -> new CgroupPath(path))
                    .as(path)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not usable");
        }
        assertThatThrownBy(() -> PATH.child("a/b")).isInstanceOf(IllegalArgumentException.class);
    }

    private CgroupHierarchies hybrid() throws IOException {
        file("proc/self/cgroup", """
                9:name=systemd:/
                6:hugetlb:/
                4:memory:/process_api/d4c0
                3:cpu,cpuacct:/
                2:pids:/
                0::/
                """);
        file("proc/self/mountinfo", """
                31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
                32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                34 31 0:31 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
                35 31 0:32 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
                36 31 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                37 31 0:30 /process_api /tmp/elsewhere rw - cgroup cgroup rw,memory
                """);
        for (String name : List.of("cpu,cpuacct", "memory", "pids", "systemd", "unified")) {
            Files.createDirectories(root.resolve("sys/fs/cgroup").resolve(name));
        }
        return CgroupHierarchies.of(root);
    }

    private CgroupHierarchies unified(String controllers) throws IOException {
        file("proc/self/cgroup", "0::/user.slice\n");
        file("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        file("sys/fs/cgroup/cgroup.controllers", controllers + "\n");
        return CgroupHierarchies.of(root);
    }

    private void file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
