package dev.ferry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.model.container.Resources;
import dev.ferry.api.model.container.ThrottleDevice;
import dev.ferry.engine.error.InvalidRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Docker's rules for limits, on a host that can do everything and on one that can do nothing. */
class ResourceRulesTest {

    private static final ResourceRules RULES = new ResourceRules(HostOffer.everything(2));
    private static final ResourceRules NOTHING = new ResourceRules(
            new HostOffer(false, false, false, false, false, false, false, false, false, false, 1, "0", "0"));

    private static final long MIB = 1L << 20;

    @Test
    void memoryAloneGetsAsMuchSwapWhenMadeAndKeepsItsSwapWhenChanged() {
        Resources asked = Resources.builder().memory(64 * MIB).build();
        assertThat(RULES.settle(asked, false).resources().memorySwap()).isEqualTo(128 * MIB);
        assertThat(RULES.settle(asked, true).resources().memorySwap()).isZero();
    }

    @Test
    void whatContradictsItselfIsRefusedInDockersWords() {
        refused("Minimum memory limit allowed is 6MB", Resources.builder().memory(MIB));
        refused("Minimum memory reservation allowed is 6MB", Resources.builder().memoryReservation(MIB));
        refused("You should always set the Memory limit", Resources.builder().memorySwap(64 * MIB));
        refused(
                "Minimum memoryswap limit should be larger",
                Resources.builder().memory(64 * MIB).memorySwap(32 * MIB));
        refused(
                "can not be less than memory reservation",
                Resources.builder().memory(16 * MIB).memoryReservation(32 * MIB));
        refused("memory swappiness range is 0-100", Resources.builder().memorySwappiness(101L));
        refused(
                "Nano CPUs and CPU Period",
                Resources.builder().nanoCpus(500_000_000).cpuPeriod(10_000));
        refused(
                "Nano CPUs and CPU Quota",
                Resources.builder().nanoCpus(500_000_000).cpuQuota(10_000));
        refused("range of CPUs is from 0.01 to 2.00", Resources.builder().nanoCpus(2_000_000_001L));
        refused("CPU cfs period can not be less than 1ms", Resources.builder().cpuPeriod(999));
        refused("CPU cfs quota can not be less than 1ms", Resources.builder().cpuQuota(999));
        refused(
                "Requested CPUs are not available - requested 0,7, available: 0-1",
                Resources.builder().cpusetCpus("0,7"));
        refused("Invalid value 3-1 for cpuset cpus", Resources.builder().cpusetCpus("3-1"));
        refused("Invalid value x for cpuset mems", Resources.builder().cpusetMems("x"));
        refused("Range of blkio weight is from 10 to 1000", Resources.builder().blkioWeight(9));
        refused(
                "real-time runtime cannot be higher",
                Resources.builder().cpuRealtimePeriod(1000).cpuRealtimeRuntime(2000));
    }

    @Test
    void whatTheKernelCannotKeepIsTakenOutWithAWarning() {
        List<ThrottleDevice> device = List.of(new ThrottleDevice("/dev/null", 1));
        Resources asked = Resources.builder()
                .memory(64 * MIB)
                .memoryReservation(32 * MIB)
                .memorySwappiness(10L)
                .oomKillDisable(true)
                .kernelMemory(MIB)
                .kernelMemoryTcp(MIB)
                .pidsLimit(5L)
                .blkioWeight(300)
                .blkioDeviceReadBps(device)
                .blkioDeviceWriteBps(device)
                .blkioDeviceReadIOps(device)
                .blkioDeviceWriteIOps(device)
                .build();
        ResourceRules.Settled settled = NOTHING.settle(asked, false);
        assertThat(settled.resources())
                .isEqualTo(Resources.builder().memorySwap(-1).build());
        assertThat(settled.warnings())
                .hasSize(12)
                .allMatch(w -> w.matches("Your kernel does not support .*|.*deprecated.*"));
        assertThat(RULES.settle(asked.toBuilder().kernelMemory(0).build(), false)
                        .warnings())
                .isEmpty();
    }

    private static void refused(String text, Resources.Builder asked) {
        assertThatThrownBy(() -> RULES.settle(asked.build(), false))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining(text);
    }
}
