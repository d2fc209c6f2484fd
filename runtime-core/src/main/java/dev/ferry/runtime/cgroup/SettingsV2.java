package dev.ferry.runtime.cgroup;

import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxResources.BlockIo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Translates limits, which the specification words after version 1, into version 2 files. Pure.
 *
 * <p>Device rules are not here: version 2 has no file for them, see {@link DeviceProgram}.
 */
final class SettingsV2 {
    private final List<Setting> settings = new ArrayList<>();
    private final List<String> unsupported = new ArrayList<>();

    private SettingsV2() {}

    static List<Setting> of(LinuxResources resources) {
        return List.copyOf(translate(resources).settings);
    }

    /** What version 2 has no word for: a sentence for each field. */
    static List<String> unsupported(LinuxResources resources) {
        return List.copyOf(translate(resources).unsupported);
    }

    private static SettingsV2 translate(LinuxResources resources) {
        var made = new SettingsV2();
        made.memory(resources.memory());
        made.cpu(resources.cpu());
        if (resources.pids() != null) {
            long limit = resources.pids().limit();
            made.add("pids", "pids.max", limit <= 0 ? "max" : Long.toString(limit), "pids.limit");
        }
        made.blockIo(resources.blockIO());
        for (LinuxResources.HugepageLimit limit : resources.hugepageLimits()) {
            made.add(
                    "hugetlb",
                    "hugetlb." + limit.pageSize() + ".max",
                    Long.toUnsignedString(limit.limit()),
                    "hugepageLimits");
        }
        if (resources.network() != null) {
            made.unsupported.add("\"network\" (net_cls, net_prio) exists in cgroup version 1 only");
        }
        resources
                .rdma()
                .forEach((device, limit) -> made.add("rdma", "rdma.max", SettingsV1.rdma(device, limit), "rdma"));
        made.unified(resources);
        return made;
    }

    private void memory(LinuxResources.@Nullable Memory memory) {
        if (memory == null) {
            return;
        }
        Long limit = memory.limit();
        if (limit != null && limit != 0) {
            add("memory", "memory.max", bytes(limit), "memory.limit");
        }
        Long swap = memory.swap();
        if (swap != null && swap != 0) {
            if (swap < 0) {
                add("memory", "memory.swap.max", "max", "memory.swap");
            } else if (limit == null || limit <= 0) {
                unsupported.add(
                        "\"memory.swap\" counts memory and swap together and needs \"memory.limit\" to be split");
            } else if (swap < limit) {
                unsupported.add("\"memory.swap\" (%d) is below \"memory.limit\" (%d)".formatted(swap, limit));
            } else {
                // version 1 limits memory+swap, version 2 swap alone
                add("memory", "memory.swap.max", Long.toString(swap - limit), "memory.swap");
            }
        }
        if (memory.reservation() != null && memory.reservation() != 0) {
            add("memory", "memory.low", bytes(memory.reservation()), "memory.reservation");
        }
        if (memory.kernel() != null && memory.kernel() >= 0) {
            unsupported.add("\"memory.kernel\" exists in cgroup version 1 only");
        }
        if (memory.kernelTCP() != null && memory.kernelTCP() >= 0) {
            unsupported.add("\"memory.kernelTCP\" exists in cgroup version 1 only");
        }
        if (memory.swappiness() != null) {
            unsupported.add("\"memory.swappiness\" exists in cgroup version 1 only");
        }
        if (Boolean.TRUE.equals(memory.disableOOMKiller())) {
            unsupported.add("\"memory.disableOOMKiller\" exists in cgroup version 1 only");
        }
    }

    private void cpu(LinuxResources.@Nullable Cpu cpu) {
        if (cpu == null) {
            return;
        }
        // a cgroup that is idle has no weight: the kernel refuses cpu.weight then
        if (cpu.idle() != null) {
            add("cpu", "cpu.idle", cpu.idle().toString(), "cpu.idle");
        }
        Long shares = SettingsV1.positive(cpu.shares());
        if (shares != null && (cpu.idle() == null || cpu.idle() == 0)) {
            add("cpu", "cpu.weight", Long.toString(CpuWeight.ofShares(shares)), "cpu.shares");
        }
        Long quota = SettingsV1.quota(cpu.quota());
        Long period = SettingsV1.positive(cpu.period());
        if (quota != null || period != null) {
            String max = quota == null || quota < 0 ? "max" : quota.toString();
            add("cpu", "cpu.max", period == null ? max : max + " " + period, "cpu.quota");
        }
        if (cpu.burst() != null) {
            add("cpu", "cpu.max.burst", cpu.burst().toString(), "cpu.burst");
        }
        if (SettingsV1.positive(cpu.realtimePeriod()) != null || SettingsV1.positive(cpu.realtimeRuntime()) != null) {
            unsupported.add("\"cpu.realtimePeriod\" and \"cpu.realtimeRuntime\" exist in cgroup version 1 only");
        }
        if (cpu.cpus() != null && !cpu.cpus().isEmpty()) {
            add("cpuset", "cpuset.cpus", cpu.cpus(), "cpu.cpus");
        }
        if (cpu.mems() != null && !cpu.mems().isEmpty()) {
            add("cpuset", "cpuset.mems", cpu.mems(), "cpu.mems");
        }
    }

    /** 10 to 1000 of version 1 as 1 to 10000 of {@code io.weight}. */
    static long ioWeight(int weight) {
        return 1 + (Math.clamp(weight, 10, 1000) - 10) * 9999L / 990;
    }

    private void blockIo(@Nullable BlockIo io) {
        if (io == null) {
            return;
        }
        if (io.weight() != null && io.weight() != 0) {
            // BFQ's file takes 1 to 1000 as it is; io.weight takes 1 to 10000 for the 10 to 1000 of version 1
            settings.add(new Setting("io", "io.bfq.weight", Integer.toString(io.weight()), "blockIO.weight")
                    .orElse("io.weight", "default " + ioWeight(io.weight())));
        }
        if (io.leafWeight() != null && io.leafWeight() != 0) {
            unsupported.add("\"blockIO.leafWeight\" exists in cgroup version 1 only");
        }
        for (BlockIo.WeightDevice device : io.weightDevice()) {
            if (device.weight() != null) {
                String number = device.major() + ":" + device.minor() + " ";
                settings.add(new Setting("io", "io.bfq.weight", number + device.weight(), "blockIO.weightDevice")
                        .orElse("io.weight", number + ioWeight(device.weight())));
            }
            if (device.leafWeight() != null) {
                unsupported.add("\"blockIO.weightDevice[].leafWeight\" exists in cgroup version 1 only");
            }
        }
        throttle("rbps", io.throttleReadBpsDevice(), "blockIO.throttleReadBpsDevice");
        throttle("wbps", io.throttleWriteBpsDevice(), "blockIO.throttleWriteBpsDevice");
        throttle("riops", io.throttleReadIOPSDevice(), "blockIO.throttleReadIOPSDevice");
        throttle("wiops", io.throttleWriteIOPSDevice(), "blockIO.throttleWriteIOPSDevice");
    }

    private void throttle(String key, List<BlockIo.ThrottleDevice> devices, String field) {
        for (BlockIo.ThrottleDevice device : devices) {
            String rate = device.rate() == 0 ? "max" : Long.toUnsignedString(device.rate());
            add("io", "io.max", "%d:%d %s=%s".formatted(device.major(), device.minor(), key, rate), field);
        }
    }

    /** The specification lets a configuration name files of version 2 itself; a value of several lines is several writes. */
    private void unified(LinuxResources resources) {
        resources.unified().forEach((file, value) -> {
            int dot = file.indexOf('.');
            if (dot <= 0 || file.indexOf('/') >= 0) {
                unsupported.add("\"unified\" names \"%s\", which is not a file of a cgroup such as \"memory.high\""
                        .formatted(file));
                return;
            }
            value.lines().forEach(line -> add(file.substring(0, dot), file, line, "unified"));
        });
    }

    private static String bytes(long value) {
        return value < 0 ? "max" : Long.toString(value);
    }

    private void add(String controller, String file, String value, String field) {
        settings.add(new Setting(controller, file, value, field));
    }
}
