package dev.ferry.profiles.profile;

import java.util.Map;
import java.util.Set;

/**
 * For whom a profile is resolved.
 *
 * @param capabilities the container's bounding set, by name ({@code CAP_SYS_ADMIN})
 * @param architecture as profiles name it: {@code amd64}, {@code arm64}, {@code riscv64} ...
 */
public record ProfileTarget(Set<String> capabilities, String architecture, KernelVersion kernel) {
    /** Profile names of architectures and libseccomp's. */
    private static final Map<String, String> ARCHITECTURES = Map.ofEntries(
            Map.entry("386", "SCMP_ARCH_X86"),
            Map.entry("amd64", "SCMP_ARCH_X86_64"),
            Map.entry("arm", "SCMP_ARCH_ARM"),
            Map.entry("arm64", "SCMP_ARCH_AARCH64"),
            Map.entry("loong64", "SCMP_ARCH_LOONGARCH64"),
            Map.entry("mips64", "SCMP_ARCH_MIPS64"),
            Map.entry("mips64le", "SCMP_ARCH_MIPSEL64"),
            Map.entry("ppc64", "SCMP_ARCH_PPC64"),
            Map.entry("ppc64le", "SCMP_ARCH_PPC64LE"),
            Map.entry("riscv64", "SCMP_ARCH_RISCV64"),
            Map.entry("s390x", "SCMP_ARCH_S390X"));

    public ProfileTarget {
        capabilities = Set.copyOf(capabilities);
    }

    /** A target on this machine. */
    public static ProfileTarget here(Set<String> capabilities, KernelVersion kernel) {
        String arch = System.getProperty("os.arch");
        return new ProfileTarget(capabilities, arch.equals("aarch64") ? "arm64" : arch, kernel);
    }

    /** {@code SCMP_ARCH_X86_64}; empty for an architecture that profiles know no name for. */
    String libraryArchitecture() {
        return ARCHITECTURES.getOrDefault(architecture, "");
    }
}
