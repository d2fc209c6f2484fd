package dev.ferry.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.oci.InvalidSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.OciJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every field of limits on a version 2 tree of plain files: which file gets which bytes. */
class UnifiedLimitsTest {
    private static final CgroupPath PATH = new CgroupPath("/ferry/c1");

    @TempDir
    private Path root;

    private Cgroup cgroup;

    @BeforeEach
    void makeTree() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        write("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        write("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma misc\n");
        Files.createDirectories(root.resolve("sys/fs/cgroup/ferry/c1"));
        cgroup = CgroupHierarchies.of(root).open(PATH);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'memory':{'limit':1048576} | memory.max | 1048576",
                "'memory':{'limit':-1} | memory.max | max",
                "'memory':{'limit':1048576,'swap':3145728} | memory.swap.max | 2097152",
                "'memory':{'limit':1048576,'swap':1048576} | memory.swap.max | 0",
                "'memory':{'swap':-1} | memory.swap.max | max",
                "'memory':{'reservation':524288} | memory.low | 524288",
                "'memory':{'reservation':-1} | memory.low | max",
                "'unified':{'memory.high':'900000'} | memory.high | 900000",
                "'unified':{'memory.min':'4096'} | memory.min | 4096",
                "'unified':{'memory.oom.group':'1'} | memory.oom.group | 1",
                "'unified':{'misc.max':'sev 4'} | misc.max | sev 4",
                "'unified':{'cgroup.max.depth':'3'} | cgroup.max.depth | 3",
                "'cpu':{'shares':1024} | cpu.weight | 100",
                "'cpu':{'shares':2} | cpu.weight | 1",
                "'cpu':{'shares':262144} | cpu.weight | 10000",
                "'cpu':{'quota':20000,'period':100000} | cpu.max | 20000 100000",
                "'cpu':{'quota':-1} | cpu.max | max",
                "'cpu':{'period':50000} | cpu.max | max 50000",
                "'cpu':{'burst':1000} | cpu.max.burst | 1000",
                "'cpu':{'idle':1} | cpu.idle | 1",
                "'cpu':{'idle':0,'shares':1024} | cpu.weight | 100",
                "'cpu':{'cpus':'0-1'} | cpuset.cpus | 0-1",
                "'cpu':{'mems':'0'} | cpuset.mems | 0",
                "'pids':{'limit':33} | pids.max | 33",
                "'pids':{'limit':-1} | pids.max | max",
                "'blockIO':{'weight':10} | io.bfq.weight | 10",
                "'blockIO':{'weightDevice':[{'major':8,'minor':1,'weight':300}]} | io.bfq.weight | 8:1 300",
                "'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':1,'rate':5}]} | io.max | 8:1 rbps=5",
                "'blockIO':{'throttleWriteBpsDevice':[{'major':8,'minor':1,'rate':0}]} | io.max | 8:1 wbps=max",
                "'blockIO':{'throttleReadIOPSDevice':[{'major':8,'minor':1,'rate':7}]} | io.max | 8:1 riops=7",
                "'blockIO':{'throttleWriteIOPSDevice':[{'major':8,'minor':1,'rate':18446744073709551615}]} | io.max | 8:1 wiops=18446744073709551615",
                "'hugepageLimits':[{'pageSize':'2MB','limit':4194304}] | hugetlb.2MB.max | 4194304",
                "'rdma':{'card0':{'hcaHandles':3}} | rdma.max | card0 hca_handle=3",
            })
    void fieldIsWrittenToItsFile(String limits, String file, String content) throws Exception {
        for (Setting setting : SettingsV2.of(resources(limits))) {
            write("sys/fs/cgroup/ferry/c1/" + setting.file(), "");
        }

        cgroup.limit(resources(limits));

        assertThat(root.resolve("sys/fs/cgroup/ferry/c1").resolve(file)).hasContent(content);
    }

    /** Kernels without BFQ have io.weight alone, which is on another scale. */
    @ParameterizedTest
    @CsvSource({"10, default 1", "100, default 910", "1000, default 10000"})
    void weightOfDisksWithoutBfqIsOnTheScaleOfVersion2(int weight, String content) throws Exception {
        write("sys/fs/cgroup/ferry/c1/io.weight", "");

        cgroup.limit(resources("'blockIO':{'weight':" + weight + "}"));

        assertThat(root.resolve("sys/fs/cgroup/ferry/c1/io.weight")).hasContent(content);
    }

    /** The kernel takes no weight for a cgroup that is idle. */
    @Test
    void idleCgroupGetsNoWeight() throws Exception {
        assertThat(SettingsV2.of(resources("'cpu':{'idle':1,'shares':512}")))
                .extracting(Setting::file)
                .containsExactly("cpu.idle");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'memory':{'kernel':4096} | memory.kernel",
                "'memory':{'kernelTCP':4096} | memory.kernelTCP",
                "'memory':{'swappiness':10} | memory.swappiness",
                "'memory':{'disableOOMKiller':true} | memory.disableOOMKiller",
                "'memory':{'limit':8192,'swap':4096} | memory.swap",
                "'memory':{'swap':4096} | memory.limit",
                "'cpu':{'realtimeRuntime':5} | cpu.realtimePeriod",
                "'blockIO':{'leafWeight':20} | blockIO.leafWeight",
                "'network':{'classID':5} | network",
                "'unified':{'a/memory.high':'1'} | a/memory.high",
                "'unified':{'perf_event.max':'1'} | perf_event",
            })
    void fieldThatVersion2LacksIsRefusedByName(String limits, String named) {
        assertThatThrownBy(() -> cgroup.limit(resources(limits)))
                .isInstanceOf(LimitUnsupported.class)
                .hasMessageContaining(named);
    }

    @Test
    void killIsOneFile() throws Exception {
        write("sys/fs/cgroup/ferry/c1/cgroup.kill", "");

        cgroup.kill();

        assertThat(root.resolve("sys/fs/cgroup/ferry/c1/cgroup.kill")).hasContent("1");
    }

    @Test
    void frozenIsAskedForAndHasHappenedWhenTheEventsSaySo() throws Exception {
        write("sys/fs/cgroup/ferry/c1/cgroup.freeze", "0");
        write("sys/fs/cgroup/ferry/c1/cgroup.events", "populated 1\nfrozen 0\n");
        assertThat(cgroup.isFrozen()).isFalse();
        assertThatThrownBy(() -> cgroup.freeze(Duration.ZERO)).isInstanceOf(CgroupBusy.class);
        assertThat(cgroup.isFrozen()).as("it is let go when it does not settle").isFalse();

        write("sys/fs/cgroup/ferry/c1/cgroup.events", "populated 1\nfrozen 1\n");
        cgroup.freeze(Duration.ofSeconds(10)).keepFrozen();
        assertThat(cgroup.isFrozen()).isTrue();
        cgroup.thaw();
        assertThat(cgroup.isFrozen()).isFalse();
    }

    private static LinuxResources resources(String limits) throws InvalidSpec {
        return OciJson.readResources(("{" + limits.replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8));
    }

    private void write(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
