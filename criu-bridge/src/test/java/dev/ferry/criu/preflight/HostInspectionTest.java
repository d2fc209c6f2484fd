package dev.ferry.criu.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.CriuMissing;
import dev.ferry.criu.preflight.Finding.Status;
import dev.ferry.criu.rpc.CriuFeatures;
import dev.ferry.criu.rpc.CriuVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostInspectionTest {
    private static final CriuVersion VERSION = new CriuVersion(4, 2, 1);

    @TempDir
    Path root;

    @BeforeEach
    void make() throws IOException {
        write("proc/sys/kernel/osrelease", "6.18.0\n");
        write("proc/sys/fs/pipe-max-size", "4194304\n");
        write("proc/sys/vm/unprivileged_userfaultfd", "0\n");
        write("proc/sys/kernel/seccomp/actions_avail", "kill errno allow\n");
        write("proc/self/cgroup", "0::/\n");
        write("proc/self/mountinfo", "30 20 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
        write("proc/filesystems", "nodev\ttmpfs\nnodev\toverlay\n");
        write("proc/modules", "nf_tables 1 2 - Live\n");
        write("usr/lib64/libseccomp.so.2", "");
        for (String kind : new String[] {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
            write("proc/self/ns/" + kind, "");
        }
    }

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, text);
    }

    private Finding finding(String name) {
        return HostInspection.withCriu(root, VERSION, new CriuFeatures(true, true, true)).findings().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void goodHostHasNothingToSayAgainstIt() {
        HostReport report = HostInspection.withCriu(root, VERSION, new CriuFeatures(true, true, true));

        assertThat(report.isUsable()).isTrue();
        assertThat(report.findings()).allSatisfy(finding -> {
            assertThat(finding.status()).as(finding.name()).isEqualTo(Status.OK);
            assertThat(finding.remedy()).isEmpty();
        });
    }

    @Test
    void absentCriuMakesTheHostUnusable() {
        HostReport report = HostInspection.withoutCriu(root, new CriuMissing("there is no criu", "install one"));

        assertThat(report.isUsable()).isFalse();
        assertThat(report.findings())
                .contains(new Finding("criu", Status.MISSING, "there is no criu; install one", "install one"));
    }

    @Test
    void smallPipesLimitLazyPages() throws IOException {
        write("proc/sys/fs/pipe-max-size", "1048576\n");

        assertThat(finding("lazy-pages"))
                .isEqualTo(new Finding(
                        "lazy-pages",
                        Status.LIMITED,
                        "fs.pipe-max-size is 1048576",
                        "sysctl -w fs.pipe-max-size=4194304"));
    }

    @Test
    void kernelWithoutSoftDirtyIsLimited() {
        assertThat(HostInspection.withCriu(root, VERSION, new CriuFeatures(false, true, true))
                        .findings())
                .filteredOn(finding -> finding.status() == Status.LIMITED)
                .extracting(Finding::name)
                .containsExactly("soft-dirty");
    }

    @Test
    void oldKernelIsNamed() throws IOException {
        write("proc/sys/kernel/osrelease", "5.4.0-42-generic\n");

        assertThat(finding("kernel").status()).isEqualTo(Status.MISSING);
    }

    @Test
    void unmountedHierarchyIsNamed() throws IOException {
        write("proc/self/cgroup", "3:hugetlb:/\n2:cpu,cpuacct:/\n1:name=systemd:/\n0::/\n");
        write("proc/self/mountinfo", """
                30 20 0:1 / /sys/fs/cgroup/unified rw - cgroup2 cgroup rw
                31 20 0:2 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
                32 20 0:3 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
                """);

        assertThat(finding("cgroups").detail()).isEqualTo("hybrid; in use and not mounted: hugetlb");
    }

    @Test
    void absentOverlayAndSeccompAreNamed() throws IOException {
        write("proc/filesystems", "nodev\ttmpfs\n");
        Files.delete(root.resolve("usr/lib64/libseccomp.so.2"));
        Files.delete(root.resolve("proc/self/ns/time"));

        assertThat(finding("overlayfs").remedy()).isEqualTo("modprobe overlay");
        assertThat(finding("libseccomp").status()).isEqualTo(Status.LIMITED);
        assertThat(finding("namespaces").detail()).isEqualTo("missing: time");
    }
}
