package dev.ferry.engine.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which limits this kernel can keep, read once from the files of a cgroup that is there, and the processors and memory nodes that it has.
 *
 * @param cpus as cpuset(7) writes lists, empty when unknown
 * @param mems likewise
 */
public record HostOffer(
        boolean memory,
        boolean reservation,
        boolean swap,
        boolean swappiness,
        boolean oomKillDisable,
        boolean kernelTcp,
        boolean pids,
        boolean weight,
        boolean weightDevice,
        boolean throttle,
        int processors,
        String cpus,
        String mems) {

    /** What a cgroup of ours has; one that is not the root, where some files are missing. */
    public static HostOffer of(Cgroup cgroup) throws IOException {
        return new HostOffer(
                has(cgroup, "memory.limit_in_bytes", "memory.max"),
                has(cgroup, "memory.soft_limit_in_bytes", "memory.low"),
                has(cgroup, "memory.memsw.limit_in_bytes", "memory.swap.max"),
                has(cgroup, "memory.swappiness"),
                has(cgroup, "memory.oom_control"),
                has(cgroup, "memory.kmem.tcp.limit_in_bytes"),
                has(cgroup, "pids.max"),
                has(cgroup, "blkio.bfq.weight", "blkio.weight", "io.bfq.weight", "io.weight"),
                has(cgroup, "blkio.bfq.weight_device", "blkio.weight_device", "io.bfq.weight", "io.weight"),
                has(cgroup, "blkio.throttle.read_bps_device", "io.max"),
                Runtime.getRuntime().availableProcessors(),
                list("/sys/devices/system/cpu/online"),
                list("/sys/devices/system/node/online"));
    }

    /** A host that can do everything, with that many processors. */
    static HostOffer everything(int processors) {
        return new HostOffer(
                true, true, true, true, true, true, true, true, true, true, processors, "0-" + (processors - 1), "0");
    }

    private static boolean has(Cgroup cgroup, String... files) {
        for (CgroupHierarchy hierarchy : cgroup.hierarchies()) {
            Path directory = hierarchy.directory(cgroup.path());
            if (List.of(files).stream().anyMatch(file -> Files.exists(directory.resolve(file)))) {
                return true;
            }
        }
        return false;
    }

    private static String list(String file) throws IOException {
        Path path = Path.of(file);
        return Files.exists(path) ? Files.readString(path).strip() : "";
    }
}
