package dev.ferry.criu.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.CheckpointIncompatible;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostFactsTest {
    private static final CpuFacts CPU = new CpuFacts("AuthenticAMD", 25, 1, List.of("avx", "avx2", "sse2"));
    private static final HostFacts RECORDED = new HostFacts("x86_64", CPU, "6.12.3-cloud", "4.2.1", "hybrid");

    @Test
    void sameHostIsFine() throws CheckpointIncompatible {
        RECORDED.requireRestorableOn(RECORDED);
    }

    @Test
    void newerAndRicherHostIsFine() throws CheckpointIncompatible {
        RECORDED.requireRestorableOn(new HostFacts(
                "x86_64",
                new CpuFacts("AuthenticAMD", 26, 2, List.of("avx", "avx2", "avx512f", "sse2")),
                "7.0.0",
                "4.3",
                "hybrid"));
    }

    @Test
    void patchLevelsDoNotMatter() throws CheckpointIncompatible {
        RECORDED.requireRestorableOn(new HostFacts("x86_64", CPU, "6.12.1", "4.2", "hybrid"));
    }

    @ParameterizedTest
    @CsvSource({
        "aarch64,AuthenticAMD,avx avx2 sse2,6.12.3,4.2.1,hybrid,architecture",
        "x86_64,GenuineIntel,avx avx2 sse2,6.12.3,4.2.1,hybrid,cpu vendor",
        "x86_64,AuthenticAMD,avx sse2,6.12.3,4.2.1,hybrid,cpu feature",
        "x86_64,AuthenticAMD,avx avx2 sse2,6.11.9,4.2.1,hybrid,kernel",
        "x86_64,AuthenticAMD,avx avx2 sse2,5.15.0,4.2.1,hybrid,kernel",
        "x86_64,AuthenticAMD,avx avx2 sse2,6.12.3,4.1.1,hybrid,criu",
        "x86_64,AuthenticAMD,avx avx2 sse2,6.12.3,4.2.1,v2,cgroup mode"
    })
    void differenceIsNamed(
            String arch, String vendor, String features, String kernel, String criu, String mode, String fact) {
        HostFacts here =
                new HostFacts(arch, new CpuFacts(vendor, 25, 1, List.of(features.split(" ", -1))), kernel, criu, mode);

        assertThatThrownBy(() -> RECORDED.requireRestorableOn(here))
                .isInstanceOfSatisfying(CheckpointIncompatible.class, e -> {
                    assertThat(e.fact()).isEqualTo(fact);
                    assertThat(e.remedy()).isNotEmpty();
                });
    }

    @Test
    void missingFeaturesAreListed() {
        HostFacts here = new HostFacts(
                "x86_64", new CpuFacts("AuthenticAMD", 25, 1, List.of("sse2")), "6.12", "4.2.1", "hybrid");

        assertThatThrownBy(() -> RECORDED.requireRestorableOn(here)).hasMessageContaining("\"avx avx2\"");
    }

    /** arch/arm64/kernel/cpuinfo.c */
    @Test
    void readsTheWordsOfAarch64() {
        CpuFacts facts = CpuFacts.parse(List.of(
                "processor\t: 0",
                "BogoMIPS\t: 243.75",
                "Features\t: fp asimd crc32 sve",
                "CPU implementer\t: 0x41",
                "CPU architecture: 8",
                "CPU variant\t: 0x3",
                "CPU part\t: 0xd40",
                "CPU revision\t: 1",
                ""));
        assertThat(facts).isEqualTo(new CpuFacts("0x41", 8, 0xd40, List.of("asimd", "crc32", "fp", "sve")));
        assertThat(new CpuFacts("0x41", 8, 0xd0c, List.of("asimd", "crc32", "fp")).lacks(facts))
                .containsExactly("sve");
    }

    @Test
    void readsTheFirstProcessorOnly() {
        CpuFacts facts = CpuFacts.parse(List.of(
                "processor\t: 0",
                "vendor_id\t: GenuineIntel",
                "cpu family\t: 6",
                "model\t\t: 143",
                "model name\t: Something @ 2.00GHz",
                "flags\t\t: fpu sse2 hypervisor avx2 ibrs",
                "",
                "processor\t: 1",
                "vendor_id\t: Other"));

        assertThat(facts).isEqualTo(new CpuFacts("GenuineIntel", 6, 143, List.of("avx2", "sse2")));
    }

    @Test
    void tellsCgroupModes() {
        assertThat(HostFacts.cgroupMode(List.of("0::/a"))).isEqualTo("v2");
        assertThat(HostFacts.cgroupMode(List.of("1:cpu:/", "0::/a"))).isEqualTo("hybrid");
        assertThat(HostFacts.cgroupMode(List.of("1:cpu:/"))).isEqualTo("v1");
    }

    @Test
    void readsThisHost() throws Exception {
        HostFacts here = HostFacts.read(Path.of("/proc"), "4.2.1");

        assertThat(here.kernel()).isNotEmpty();
        here.requireRestorableOn(here);
    }
}
