package dev.ferry.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxResources.Cpu;
import dev.ferry.runtime.oci.LinuxResources.Memory;
import dev.ferry.runtime.oci.LinuxResources.Pids;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the machine's own hierarchies, whichever version they are. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CGROUPS})
class CgroupKernelTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final List<java.lang.Process> started = new ArrayList<>();
    private CgroupPath parent = CgroupPath.DEFAULT_PARENT;
    private CgroupPath path = CgroupPath.DEFAULT_PARENT;
    private CgroupHierarchies host = host();

    private static CgroupHierarchies host() {
        try {
            return CgroupHierarchies.ofHost();
        } catch (IOException e) {
            throw new AssertionError("this test needs control groups", e);
        }
    }

    @BeforeEach
    void choosePath() {
        parent = new CgroupPath(
                "/ferry-test-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        path = parent.child("c1");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        for (java.lang.Process process : started) {
            process.destroyForcibly().waitFor();
        }
        host.open(parent).delete(SOON);
        assertThat(host.open(parent).exists()).isFalse();
    }

    @Test
    void limitsAreInForceAfterCreate() throws Exception {
        Cgroup cgroup = host.create(
                path,
                LinuxResources.NONE
                        .withMemory(new Memory(64L << 20, null, 96L << 20, null, null, null, null, null, null))
                        .withPids(new Pids(33))
                        .withCpu(new Cpu(512L, 50_000L, null, 100_000L, null, null, "0", null, null)));

        CgroupStatistics statistics = cgroup.statistics();
        assertThat(statistics.memory().limit()).hasValue(64L << 20);
        assertThat(statistics.pids().limit()).hasValue(33);
        if (host.mode() != CgroupMode.V2) {
            assertThat(content("memory", "memory.memsw.limit_in_bytes")).isEqualTo(Long.toString(96L << 20));
            assertThat(content("cpu", "cpu.shares")).isEqualTo("512");
            assertThat(content("cpu", "cpu.cfs_quota_us")).isEqualTo("50000");
            assertThat(content("cpuset", "cpuset.cpus")).isEqualTo("0");
            assertThat(content("cpuset", "cpuset.mems")).isNotEmpty();
        }
    }

    @Test
    void aWeightOfBlockDevicesIsKeptByTheControllerOfEitherName() throws Exception {
        var io = new LinuxResources.BlockIo(300, null, List.of(), List.of(), List.of(), List.of(), List.of());
        var weight = new LinuxResources(List.of(), null, null, null, io, List.of(), null, Map.of(), Map.of());
        Cgroup cgroup = host.create(path, LinuxResources.NONE);
        boolean legacy = host.hierarchy("blkio")
                .filter(h -> Files.exists(h.directory(path).resolve("blkio.bfq.weight")))
                .isPresent();
        if (legacy) {
            cgroup.limit(weight);
            assertThat(content("blkio", "blkio.bfq.weight")).isEqualTo("300");
        } else if (host.hierarchy("blkio").isEmpty() && host.hierarchy("io").isEmpty()) {
            assertThatThrownBy(() -> cgroup.limit(weight)).isInstanceOf(LimitUnsupported.class);
        }
    }

    @Test
    void aLimitIsRaisedPastTheOldOneOfMemoryAndSwap() throws Exception {
        Cgroup cgroup = host.create(path, memory(64L << 20, 64L << 20));

        cgroup.limit(memory(128L << 20, 256L << 20));
        assertThat(cgroup.statistics().memory().limit()).hasValue(128L << 20);

        cgroup.limit(memory(32L << 20, 32L << 20));
        assertThat(cgroup.statistics().memory().limit()).hasValue(32L << 20);
    }

    @Test
    void aValueThatTheKernelRefusesLeavesNothingBehind() {
        assertThatThrownBy(() -> host.create(
                        path,
                        LinuxResources.NONE.withCpu(new Cpu(null, null, null, null, null, null, "4096", null, null))))
                .isInstanceOf(LimitRefused.class)
                .hasMessageContaining("cpu.cpus")
                .hasMessageContaining("4096");
        assertThat(host.open(path).exists()).isFalse();
    }

    @Test
    void processesEnterAreCountedAndLeave() throws Exception {
        Cgroup cgroup = host.create(path, LinuxResources.NONE);
        java.lang.Process process = sleeperIn(cgroup);

        assertThat(cgroup.pids()).containsExactly((int) process.pid());
        assertThat(Files.readAllLines(Path.of("/proc/" + process.pid() + "/cgroup")))
                .allSatisfy(line -> assertThat(line).endsWith(":" + path));
        assertThat(cgroup.statistics().pids().current()).isEqualTo(1);

        cgroup.kill();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        cgroup.delete(SOON);
        assertThat(cgroup.exists()).isFalse();
    }

    @Test
    void aFrozenProcessStandsStillUntilClosed() throws Exception {
        Cgroup cgroup = host.create(path, LinuxResources.NONE);
        java.lang.Process process = counterIn(cgroup);

        try (FrozenCgroup frozen = cgroup.freeze(SOON)) {
            assertThat(frozen.cgroup().isFrozen()).isTrue();
            long ticks = processorTicks(process.pid());
            long until = System.nanoTime() + 100_000_000;
            while (System.nanoTime() < until) {
                assertThat(processorTicks(process.pid())).isEqualTo(ticks);
            }
        }

        assertThat(cgroup.isFrozen()).isFalse();
        long ticks = processorTicks(process.pid());
        long deadline = System.nanoTime() + SOON.toNanos();
        while (processorTicks(process.pid()) == ticks) {
            assertThat(System.nanoTime()).as("the process runs again").isLessThan(deadline);
        }
    }

    @Test
    void aFrozenProcessCanBeKilled() throws Exception {
        Cgroup cgroup = host.create(path, LinuxResources.NONE);
        java.lang.Process process = sleeperIn(cgroup);
        try (FrozenCgroup frozen = cgroup.freeze(SOON)) {
            frozen.keepFrozen();
        }
        assertThat(cgroup.isFrozen()).isTrue();

        cgroup.kill();

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void deletingWaitsForProcessesAndSaysWhoIsInside() throws Exception {
        Cgroup cgroup = host.create(path, LinuxResources.NONE);
        java.lang.Process process = sleeperIn(cgroup);

        assertThatThrownBy(() -> cgroup.delete(Duration.ofMillis(20)))
                .isInstanceOf(CgroupBusy.class)
                .hasMessageContaining(Long.toString(process.pid()));
        assertThatThrownBy(() -> host.create(path, LinuxResources.NONE)).isInstanceOf(CgroupBusy.class);

        process.destroyForcibly();
        cgroup.delete(SOON);
        assertThat(cgroup.exists()).isFalse();
    }

    @Test
    void aLeftOverCgroupIsReplacedWithItsLimits() throws Exception {
        host.create(path, LinuxResources.NONE.withPids(new Pids(3)));

        Cgroup again = host.create(path, LinuxResources.NONE);

        assertThat(again.statistics().pids().limit()).isEmpty();
    }

    @Test
    void aHierarchyThatNobodyMountedIsMountedForUs(@TempDir Path root) throws Exception {
        List<CgroupHierarchy> unified =
                host.all().stream().filter(CgroupHierarchy::isUnified).toList();
        Assumptions.assumeTrue(
                host.mode() == CgroupMode.HYBRID, "the unified hierarchy can be left out on hybrid hosts");
        // a mount table that lacks one, on a machine that has it
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/self/cgroup"), "9:name=systemd:/\n0::/\n");
        Files.writeString(root.resolve("proc/self/mountinfo"), "31 23 0:28 / /sd rw - cgroup cgroup rw,name=systemd\n");
        CgroupHierarchies found = CgroupHierarchies.of(root);
        assertThat(found.unmounted()).containsExactly("");

        CgroupHierarchies completed = found.withMissingMounted(root.resolve("run"));
        try {
            assertThat(completed.unmounted()).isEmpty();
            assertThat(completed.mode()).isEqualTo(CgroupMode.HYBRID);
            assertThat(completed.all().getLast().controllers())
                    .isEqualTo(unified.getFirst().controllers());
            assertThat(root.resolve("run/unified/cgroup.procs")).exists();
        } finally {
            Mounts.unmount(root.resolve("run/unified"), MountFlags.MNT_DETACH);
        }
    }

    private static LinuxResources memory(long limit, long both) {
        return LinuxResources.NONE.withMemory(new Memory(limit, null, both, null, null, null, null, null, null));
    }

    private String content(String controller, String file) throws IOException {
        return Files.readString(
                        host.hierarchy(controller).orElseThrow().directory(path).resolve(file))
                .strip();
    }

    private java.lang.Process sleeperIn(Cgroup cgroup) throws IOException {
        return started("exec sleep 600", cgroup);
    }

    private java.lang.Process counterIn(Cgroup cgroup) throws IOException {
        return started("while :; do :; done", cgroup);
    }

    private java.lang.Process started(String script, Cgroup cgroup) throws IOException {
        java.lang.Process process = new java.lang.ProcessBuilder("/bin/sh", "-c", script).start();
        started.add(process);
        for (Path procs : cgroup.procsFiles()) {
            Files.writeString(procs, Long.toString(process.pid()));
        }
        return process;
    }

    /** Fields 14 and 15 of /proc/PID/stat, after the name, which may hold anything. */
    private static long processorTicks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
