package dev.ferry.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.ResourceLimits.Limit;
import org.junit.jupiter.api.Test;

class ResourceLimitsTest {
    private static final String TEXT = """
            Limit                     Soft Limit           Hard Limit           Units
            Max cpu time              unlimited            unlimited            seconds
            Max open files            1024                 4096                 files
            Max nice priority         0                    0
            """;

    @Test
    void neverAboveOurOwnHardLimit() {
        ResourceLimits limits = ResourceLimits.parse(TEXT);

        assertThat(limits.clamp("RLIMIT_NOFILE", new Limit(100_000, ResourceLimits.INFINITY)))
                .isEqualTo(new Limit(4096, 4096));
        assertThat(limits.clamp("RLIMIT_NOFILE", new Limit(10, 20))).isEqualTo(new Limit(10, 20));
        assertThat(limits.clamp("RLIMIT_CPU", new Limit(ResourceLimits.INFINITY, ResourceLimits.INFINITY)))
                .isEqualTo(new Limit(ResourceLimits.INFINITY, ResourceLimits.INFINITY));
        assertThat(limits.clamp("RLIMIT_NOFILE", new Limit(4096, 100))).isEqualTo(new Limit(100, 100));
    }

    @Test
    void knowsAllSixteenLimitsOfThisKernel() throws Exception {
        assertThat(ResourceLimits.ofSelf().limits()).hasSize(16).containsKeys("RLIMIT_NOFILE", "RLIMIT_RTTIME");
    }

    @Test
    void kernelReleasesCompareByNumber() throws Exception {
        assertThat(KernelRelease.parse("4.9.0-8-amd64")).isLessThan(KernelRelease.parse("4.18"));
        assertThat(KernelRelease.parse("6.18.44-fc").isAtLeast(6, 2)).isTrue();
        assertThat(KernelRelease.ofHost().isAtLeast(4, 8)).isTrue();
        assertThatThrownBy(() -> KernelRelease.parse("linux")).isInstanceOf(IllegalArgumentException.class);
    }
}
