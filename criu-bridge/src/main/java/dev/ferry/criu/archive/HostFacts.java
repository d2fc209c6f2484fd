package dev.ferry.criu.archive;

import dev.ferry.criu.CheckpointIncompatible;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The facts of a host that decide whether a checkpoint can be restored there.
 *
 * @param architecture as {@code uname -m} prints it
 * @param kernel release, as {@code uname -r} prints it
 * @param criu release of CRIU
 * @param cgroupMode "v1", "hybrid" or "v2"
 */
public record HostFacts(String architecture, CpuFacts cpu, String kernel, String criu, String cgroupMode) {

    /**
     * Reads this host's facts.
     *
     * @param proc the proc file system
     * @param criu release of the CRIU that will be used
     */
    public static HostFacts read(Path proc, String criu) throws IOException {
        String architecture = System.getProperty("os.arch", "unknown");
        return new HostFacts(
                "amd64".equals(architecture) ? "x86_64" : architecture,
                CpuFacts.parse(Files.readAllLines(proc.resolve("cpuinfo"))),
                Files.readString(proc.resolve("sys/kernel/osrelease")).strip(),
                criu,
                cgroupMode(Files.readAllLines(proc.resolve("self/cgroup"))));
    }

    /** Tells the mode from /proc/self/cgroup: only hierarchy 0 is v2, none of it is v1 (cgroups(7)). */
    static String cgroupMode(List<String> lines) {
        boolean unified = lines.stream().anyMatch(line -> line.startsWith("0::"));
        boolean legacy = lines.stream().anyMatch(line -> !line.startsWith("0::"));
        return unified && legacy ? "hybrid" : unified ? "v2" : "v1";
    }

    /**
     * Refuses what cannot work on {@code here}: another architecture or processor vendor, missing instructions, an older kernel or CRIU,
     * another layout of control groups.
     *
     * @throws CheckpointIncompatible naming the first fact that differs
     */
    public void requireRestorableOn(HostFacts here) throws CheckpointIncompatible {
        same("architecture", architecture, here.architecture, "restore on a host of the same architecture");
        same("cpu vendor", cpu.vendor(), here.cpu.vendor(), "restore on a host with a processor of the same vendor");
        List<String> missing = here.cpu.lacks(cpu);
        if (!missing.isEmpty()) {
            throw new CheckpointIncompatible(
                    "cpu feature",
                    String.join(" ", missing),
                    "absent",
                    "restore on a host whose processor has these features");
        }
        if (olderThan(here.kernel, kernel)) {
            throw new CheckpointIncompatible(
                    "kernel", kernel, here.kernel, "restore on a host with the same or a newer kernel");
        }
        if (olderThan(here.criu, criu)) {
            throw new CheckpointIncompatible("criu", criu, here.criu, "install the same or a newer release of CRIU");
        }
        same("cgroup mode", cgroupMode, here.cgroupMode, "restore on a host with the same layout of control groups");
    }

    private static void same(String fact, String recorded, String here, String remedy) throws CheckpointIncompatible {
        if (!recorded.equals(here)) {
            throw new CheckpointIncompatible(fact, recorded, here, remedy);
        }
    }

    /** Compares the first two numbers of two releases; what is not a number counts as 0. */
    private static boolean olderThan(String release, String reference) {
        int major = Integer.compare(part(release, 0), part(reference, 0));
        return major < 0 || (major == 0 && part(release, 1) < part(reference, 1));
    }

    private static int part(String release, int index) {
        String[] parts = release.split("[.-]", -1);
        try {
            return index < parts.length ? Integer.parseInt(parts[index]) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
