package dev.ferry.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxResources.BlockIo;
import dev.ferry.runtime.oci.LinuxResources.BlockIo.ThrottleDevice;
import dev.ferry.runtime.oci.LinuxResources.Cpu;
import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import dev.ferry.runtime.oci.LinuxResources.HugepageLimit;
import dev.ferry.runtime.oci.LinuxResources.Memory;
import dev.ferry.runtime.oci.LinuxResources.Pids;
import dev.ferry.runtime.oci.LinuxResources.Rdma;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void memoryComesBeforeMemoryAndSwapInVersion1() {
        assertThat(texts(SettingsV1.of(memory(64L << 20, 128L << 20))))
                .containsExactly("memory.limit_in_bytes=67108864", "memory.memsw.limit_in_bytes=134217728");
    }

    @Test
    void version2LimitsSwapAlone() {
        assertThat(texts(SettingsV2.of(memory(64L << 20, 128L << 20))))
                .containsExactly("memory.max=67108864", "memory.swap.max=67108864");
        assertThat(texts(SettingsV2.of(memory(64L << 20, 64L << 20))))
                .containsExactly("memory.max=67108864", "memory.swap.max=0");
        assertThat(texts(SettingsV2.of(memory(64L << 20, -1L))))
                .containsExactly("memory.max=67108864", "memory.swap.max=max");
        assertThat(texts(SettingsV2.of(memory(-1L, -1L)))).containsExactly("memory.max=max", "memory.swap.max=max");
    }

    @Test
    void swapWithoutMemoryCannotBeSplit() {
        LinuxResources resources = memory(null, 128L << 20);

        assertThat(SettingsV2.unsupported(resources)).singleElement().asString().contains("memory.swap");
        assertThat(SettingsV2.of(resources)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"2,1", "1024,100", "262144,10000", "512,59", "2048,174", "1,1", "300000,10000"})
    void sharesBecomeAWeightThatLeavesOrdinaryOrdinary(long shares, long weight) {
        assertThat(CpuWeight.ofShares(shares)).isEqualTo(weight);
    }

    @Test
    void weightsGrowWithShares() {
        for (long shares = 2; shares < 262_144; shares += 97) {
            assertThat(CpuWeight.ofShares(shares + 97)).isGreaterThanOrEqualTo(CpuWeight.ofShares(shares));
            assertThat(CpuWeight.ofShares(shares)).isBetween(1L, 10_000L);
        }
    }

    @Test
    void quotaAndPeriodAreOneFileInVersion2() {
        assertThat(texts(SettingsV2.of(cpu(50_000L, 100_000L)))).containsExactly("cpu.max=50000 100000");
        assertThat(texts(SettingsV2.of(cpu(-1L, 100_000L)))).containsExactly("cpu.max=max 100000");
        assertThat(texts(SettingsV2.of(cpu(50_000L, null)))).containsExactly("cpu.max=50000");
        assertThat(texts(SettingsV1.of(cpu(50_000L, 100_000L))))
                .containsExactly("cpu.cfs_period_us=100000", "cpu.cfs_quota_us=50000");
        assertThat(texts(SettingsV1.of(cpu(0L, 0L)))).isEmpty();
    }

    @Test
    void tasksBelowOneMeanUnlimited() {
        for (long limit : new long[] {0, -1}) {
            assertThat(texts(SettingsV1.of(LinuxResources.NONE.withPids(new Pids(limit)))))
                    .containsExactly("pids.max=max");
        }
        assertThat(texts(SettingsV2.of(LinuxResources.NONE.withPids(new Pids(17)))))
                .containsExactly("pids.max=17");
    }

    @Test
    void deviceRulesKeepTheirOrder() {
        LinuxResources resources = LinuxResources.NONE.withDevices(List.of(
                new DeviceRule(false, null, null, null, null),
                new DeviceRule(true, "c", 1L, 3L, "rw"),
                new DeviceRule(true, "b", 8L, null, "r")));

        assertThat(texts(SettingsV1.of(resources)))
                .containsExactly("devices.deny=a *:* rwm", "devices.allow=c 1:3 rw", "devices.allow=b 8:* r");
    }

    @Test
    void throttlesNameTheirDevice() {
        BlockIo io = new BlockIo(
                500, null, List.of(), List.of(new ThrottleDevice(8, 0, 600)), List.of(), List.of(), List.of());
        LinuxResources resources =
                new LinuxResources(List.of(), null, null, null, io, List.of(), null, Map.of(), Map.of());

        assertThat(texts(SettingsV1.of(resources)))
                .containsExactly("blkio.bfq.weight=500", "blkio.throttle.read_bps_device=8:0 600");
        assertThat(texts(SettingsV2.of(resources))).containsExactly("io.bfq.weight=500", "io.max=8:0 rbps=600");
        Setting otherwise =
                Objects.requireNonNull(SettingsV2.of(resources).getFirst().otherwise());
        assertThat(otherwise.file() + "=" + otherwise.value()).isEqualTo("io.weight=default 4950");
    }

    @Test
    void hugePagesRdmaAndOwnFilesOfVersion2() {
        LinuxResources resources = new LinuxResources(
                List.of(),
                null,
                null,
                null,
                null,
                List.of(new HugepageLimit("2MB", -1L)),
                null,
                Map.of("mlx5_1", new Rdma(3L, 10000L)),
                Map.of("memory.high", "1000000"));

        assertThat(texts(SettingsV2.of(resources)))
                .containsExactly(
                        "hugetlb.2MB.max=18446744073709551615",
                        "rdma.max=mlx5_1 hca_handle=3 hca_object=10000",
                        "memory.high=1000000");
    }

    @Test
    void ownFilesOutsideOfTheCgroupAreRefused() {
        LinuxResources resources = new LinuxResources(
                List.of(), null, null, null, null, List.of(), null, Map.of(), Map.of("../memory.high", "1"));

        assertThat(SettingsV2.of(resources)).isEmpty();
        assertThat(SettingsV2.unsupported(resources)).singleElement().asString().contains("../memory.high");
    }

    private static LinuxResources memory(@Nullable Long limit, @Nullable Long swap) {
        return LinuxResources.NONE.withMemory(new Memory(limit, null, swap, null, null, null, null, null, null));
    }

    private static LinuxResources cpu(@Nullable Long quota, @Nullable Long period) {
        return LinuxResources.NONE.withCpu(new Cpu(null, quota, null, period, null, null, null, null, null));
    }

    private static List<String> texts(List<Setting> settings) {
        return settings.stream()
                .map(setting -> setting.file() + "=" + setting.value())
                .toList();
    }
}
