package dev.ferry.runtime.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxResources.Cpu;
import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import dev.ferry.runtime.oci.LinuxResources.Memory;
import dev.ferry.runtime.oci.LinuxResources.Pids;
import dev.ferry.runtime.systemd.LimitProperties.Quota;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Limits, devices and annotations as properties of a unit. */
final class LimitPropertiesTest {
    private static final LinuxResources LIMITS = LinuxResources.NONE
            .withMemory(new Memory(64L << 20, 32L << 20, 96L << 20, null, null, null, null, null, null))
            .withCpu(cpu(1024L, 25_000L, 50_000L))
            .withPids(new Pids(50));

    private static Cpu cpu(@Nullable Long shares, @Nullable Long quota, @Nullable Long period) {
        return new Cpu(shares, quota, null, period, null, null, null, null, null);
    }

    private static Property size(String name, long value) {
        return new Property(name, Value.size(value));
    }

    @Test
    void version1HasItsOwnNames() {
        assertThat(LimitProperties.of(LIMITS, false, false, null))
                .containsExactly(
                        size("MemoryLimit", 64 << 20),
                        size("CPUShares", 1024),
                        size("CPUQuotaPeriodUSec", 50_000),
                        size("CPUQuotaPerSecUSec", 500_000),
                        size("TasksMax", 50));
    }

    @Test
    void version2HasItsOwnNames() {
        assertThat(LimitProperties.of(LIMITS, true, false, null))
                .containsExactly(
                        size("MemoryMax", 64 << 20),
                        size("MemoryLow", 32 << 20),
                        size("MemorySwapMax", 32 << 20),
                        size("CPUWeight", 100),
                        size("CPUQuotaPeriodUSec", 50_000),
                        size("CPUQuotaPerSecUSec", 500_000),
                        size("TasksMax", 50));
    }

    @Test
    void unlimitedIsTheGreatestNumber() {
        LinuxResources none = LinuxResources.NONE
                .withMemory(Memory.limited(-1))
                .withCpu(cpu(null, -1L, null))
                .withPids(new Pids(-1));
        assertThat(LimitProperties.of(none, true, false, null))
                .containsExactly(size("MemoryMax", -1), size("CPUQuotaPerSecUSec", -1), size("TasksMax", -1));
    }

    @Test
    void aQuotaIsRoundedUpForBoth() {
        LinuxResources odd = LinuxResources.NONE.withCpu(cpu(null, 1_234L, null));
        assertThat(LimitProperties.of(odd, false, false, null)).containsExactly(size("CPUQuotaPerSecUSec", 20_000));
        Cpu rounded = LimitProperties.rounded(odd, null).cpu();
        assertThat(rounded).isEqualTo(cpu(null, 2_000L, null));
    }

    @Test
    void aChangeOfOneOfTwoKeepsTheOther() {
        Quota now = new Quota(30_000, 60_000);
        assertThat(LimitProperties.of(LinuxResources.NONE.withCpu(cpu(null, 12_000L, null)), false, false, now))
                .containsExactly(size("CPUQuotaPerSecUSec", 200_000));
        assertThat(LimitProperties.of(LinuxResources.NONE.withCpu(cpu(null, null, 100_000L)), false, false, now))
                .containsExactly(size("CPUQuotaPeriodUSec", 100_000), size("CPUQuotaPerSecUSec", 300_000));
    }

    @Test
    void idleIsAWeightOfNothingWhereSystemdKnowsIt() {
        LinuxResources idle = LinuxResources.NONE.withCpu(new Cpu(1024L, null, null, null, null, null, null, null, 1L));
        assertThat(LimitProperties.asksForIdle(idle)).isTrue();
        assertThat(LimitProperties.asksForIdle(LIMITS)).isFalse();
        assertThat(LimitProperties.of(idle, true, true, null)).containsExactly(size("CPUWeight", 0));
        assertThat(LimitProperties.of(idle, true, false, null)).containsExactly(size("CPUWeight", 100));
    }

    @Test
    void filesThatAConfigurationNamesItselfAreProperties() {
        LinuxResources unified = withUnified(Map.of("memory.high", "max\n"));
        assertThat(LimitProperties.of(unified, true, false, null)).containsExactly(size("MemoryHigh", -1));
        assertThat(LimitProperties.of(withUnified(Map.of("cpu.max", "25000 50000")), true, false, null))
                .containsExactly(size("CPUQuotaPeriodUSec", 50_000), size("CPUQuotaPerSecUSec", 500_000));
        assertThat(LimitProperties.of(withUnified(Map.of("pids.max", "0")), true, false, null))
                .containsExactly(size("TasksMax", 1));
        assertThat(LimitProperties.of(withUnified(Map.of("hugetlb.1GB.max", "0")), true, false, null))
                .isEmpty();
        assertThatThrownBy(() -> LimitProperties.of(withUnified(Map.of("memory.max", "1G")), true, false, null))
                .hasMessageContaining("\"1G\" for \"memory.max\"");
    }

    private static LinuxResources withUnified(Map<String, String> files) {
        return new LinuxResources(List.of(), null, null, null, null, List.of(), null, Map.of(), files);
    }

    @Test
    void listsAreBitsWithTheLowestByteFirst() {
        assertThat(octets("0")).containsExactly(1);
        assertThat(octets("7")).containsExactly(128);
        assertThat(octets("1,3-5, 15")).containsExactly(0b111010, 128);
        assertThat(octets("16-16")).containsExactly(0, 0, 1);
        for (String wrong : List.of("", "a", "3-1", "-1", "1-", "0-70000")) {
            assertThatThrownBy(() -> LimitProperties.bits("cpu.cpus", wrong))
                    .hasMessageStartingWith("linux.resources.cpu.cpus is \"" + wrong + "\"");
        }
    }

    private static List<Integer> octets(String list) {
        return ((Value.Array) LimitProperties.bits("cpu.cpus", list))
                .values().stream()
                        .map(octet -> (int) ((Value.Whole) octet).value())
                        .toList();
    }

    @Test
    void devicesAreWhatIsAllowed() {
        assertThat(devices(DefaultSpec.DEVICE_RULES))
                .startsWith("DevicePolicy=strict", "DeviceAllow=")
                .contains("char-*:m", "block-*:m", "/dev/char/1:3:wrm", "char-136:wrm");
    }

    @Test
    void oneThatIsDeniedLaterIsNotAllowed() {
        DeviceRule null3 = new DeviceRule(true, "c", 1L, 3L, "rwm");
        assertThat(devices(List.of(null3, new DeviceRule(false, "c", 1L, 3L, "m"))))
                .containsExactly("DevicePolicy=strict", "DeviceAllow=", "/dev/char/1:3:wr");
        assertThat(devices(List.of(null3, new DeviceRule(false, "a", null, null, null))))
                .containsExactly("DevicePolicy=strict", "DeviceAllow=");
    }

    @Test
    void everythingIsAllowedOnlyWithoutExceptions() {
        DeviceRule all = new DeviceRule(true, null, null, null, null);
        assertThat(devices(List.of(all))).containsExactly("DevicePolicy=auto", "DeviceAllow=");
        assertThat(devices(List.of(all, new DeviceRule(false, "b", 8L, 0L, null))))
                .containsExactly("DevicePolicy=strict", "DeviceAllow=");
        assertThat(DeviceProperties.of(List.of())).isEmpty();
    }

    private static List<String> devices(List<DeviceRule> rules) {
        List<String> said = new ArrayList<>();
        for (Property property : DeviceProperties.of(rules)) {
            if (property.value() instanceof Value.Text text) {
                said.add(property.name() + "=" + text.value());
            }
            if (property.value() instanceof Value.Array array) {
                if (array.values().isEmpty()) {
                    said.add(property.name() + "=");
                }
                for (Value entry : array.values()) {
                    List<Value> parts = ((Value.Struct) entry).values();
                    said.add(((Value.Text) parts.get(0)).value() + ":" + ((Value.Text) parts.get(1)).value());
                }
            }
        }
        return said;
    }

    private static List<Property> annotated(String name, String text) {
        return AnnotatedProperties.of(Map.of("org.systemd.property." + name, text, "another", "annotation"));
    }

    @Test
    void annotationsAreProperties() {
        assertThat(annotated("CollectMode", "'inactive-or-failed'"))
                .containsExactly(new Property("CollectMode", Value.text("inactive-or-failed")));
        assertThat(annotated("MemoryHigh", "uint64 5000")).containsExactly(size("MemoryHigh", 5000));
        assertThat(annotated("DefaultDependencies", "true"))
                .containsExactly(new Property("DefaultDependencies", Value.flag(true)));
        assertThat(annotated("After", "['a.service', \"b.service\"]"))
                .containsExactly(new Property(
                        "After", new Value.Array("s", List.of(Value.text("a.service"), Value.text("b.service")))));
        assertThat(annotated("After", "@as []"))
                .containsExactly(new Property("After", new Value.Array("s", List.of())));
        assertThat(annotated("IODeviceWeight", "[('/dev/sda', uint64 5)]"))
                .containsExactly(new Property(
                        "IODeviceWeight",
                        new Value.Array("(st)", List.of(Value.struct(Value.text("/dev/sda"), Value.size(5))))));
        assertThat(annotated("Weight", "-3")).containsExactly(new Property("Weight", new Value.Whole('i', -3)));
    }

    @Test
    void secondsBecomeMicroseconds() {
        assertThat(annotated("TimeoutStopSec", "uint64 7")).containsExactly(size("TimeoutStopUSec", 7_000_000));
        assertThat(annotated("TimeoutStopSec", "0.5")).containsExactly(size("TimeoutStopUSec", 500_000));
        assertThatThrownBy(() -> annotated("TimeoutStopSec", "'7'")).hasMessageContaining("not a number");
    }

    @Test
    void annotationsThatCannotBeReadAreRefusedByTheirNames() {
        for (String wrong :
                List.of("", "'open", "[1, 'a']", "uint64", "uint32 -1", "[]", "five", "true true", "(1", "{}")) {
            assertThatThrownBy(() -> annotated("MemoryHigh", wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("annotation org.systemd.property.MemoryHigh=%s value parse error: ", wrong);
        }
        assertThatThrownBy(() -> annotated("A1", "true")).hasMessageContaining("name incorrect");
    }
}
