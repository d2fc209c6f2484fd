package dev.ferry.runtime.cgroup;

import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxResources.BlockIo;
import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Translates limits into version 1 files, in the order in which a new cgroup takes them. Pure. */
final class SettingsV1 {
    private final List<Setting> settings = new ArrayList<>();

    private SettingsV1() {}

    static List<Setting> of(LinuxResources resources) {
        var made = new SettingsV1();
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
                    "hugetlb." + limit.pageSize() + ".limit_in_bytes",
                    Long.toUnsignedString(limit.limit()),
                    "hugepageLimits");
        }
        if (resources.network() != null) {
            made.addNumber("net_cls", "net_cls.classid", resources.network().classID(), "network.classID");
            for (LinuxResources.Network.InterfacePriority entry :
                    resources.network().priorities()) {
                made.add("net_prio", "net_prio.ifpriomap", entry.name() + " " + entry.priority(), "network.priorities");
            }
        }
        resources.rdma().forEach((device, limit) -> made.add("rdma", "rdma.max", rdma(device, limit), "rdma"));
        for (DeviceRule rule : resources.devices()) {
            made.add("devices", rule.allow() ? "devices.allow" : "devices.deny", device(rule), "devices");
        }
        return List.copyOf(made.settings);
    }

    private void memory(LinuxResources.@Nullable Memory memory) {
        if (memory == null) {
            return;
        }
        // memory before memory+swap: the kernel keeps memsw >= memory, and a new cgroup starts with both unlimited
        addNumber("memory", "memory.limit_in_bytes", memory.limit(), "memory.limit");
        addNumber("memory", "memory.memsw.limit_in_bytes", memory.swap(), "memory.swap");
        addNumber("memory", "memory.soft_limit_in_bytes", memory.reservation(), "memory.reservation");
        if (memory.kernel() != null && memory.kernel() >= 0) {
            // -1 is what is in force anyway, and kernels since 5.16 refuse every write
            addNumber("memory", "memory.kmem.limit_in_bytes", memory.kernel(), "memory.kernel");
        }
        if (memory.kernelTCP() != null && memory.kernelTCP() >= 0) {
            addNumber("memory", "memory.kmem.tcp.limit_in_bytes", memory.kernelTCP(), "memory.kernelTCP");
        }
        addNumber("memory", "memory.swappiness", memory.swappiness(), "memory.swappiness");
        if (Boolean.TRUE.equals(memory.disableOOMKiller())) {
            add("memory", "memory.oom_control", "1", "memory.disableOOMKiller");
        }
    }

    private void cpu(LinuxResources.@Nullable Cpu cpu) {
        if (cpu == null) {
            return;
        }
        addNumber("cpu", "cpu.shares", positive(cpu.shares()), "cpu.shares");
        addNumber("cpu", "cpu.cfs_period_us", positive(cpu.period()), "cpu.period");
        addNumber("cpu", "cpu.cfs_quota_us", quota(cpu.quota()), "cpu.quota");
        addNumber("cpu", "cpu.cfs_burst_us", cpu.burst(), "cpu.burst");
        addNumber("cpu", "cpu.rt_period_us", positive(cpu.realtimePeriod()), "cpu.realtimePeriod");
        addNumber("cpu", "cpu.rt_runtime_us", cpu.realtimeRuntime(), "cpu.realtimeRuntime");
        addNumber("cpu", "cpu.idle", cpu.idle(), "cpu.idle");
        addText("cpuset", "cpuset.cpus", cpu.cpus(), "cpu.cpus");
        addText("cpuset", "cpuset.mems", cpu.mems(), "cpu.mems");
    }

    private void blockIo(@Nullable BlockIo io) {
        if (io == null) {
            return;
        }
        if (io.weight() != null && io.weight() != 0) {
            String weight = Integer.toString(io.weight());
            settings.add(
                    new Setting("blkio", "blkio.bfq.weight", weight, "blockIO.weight").orElse("blkio.weight", weight));
        }
        if (io.leafWeight() != null && io.leafWeight() != 0) {
            add("blkio", "blkio.leaf_weight", Integer.toString(io.leafWeight()), "blockIO.leafWeight");
        }
        for (BlockIo.WeightDevice device : io.weightDevice()) {
            String number = device.major() + ":" + device.minor() + " ";
            if (device.weight() != null) {
                String weight = number + device.weight();
                settings.add(new Setting("blkio", "blkio.bfq.weight_device", weight, "blockIO.weightDevice")
                        .orElse("blkio.weight_device", weight));
            }
            if (device.leafWeight() != null) {
                add("blkio", "blkio.leaf_weight_device", number + device.leafWeight(), "blockIO.weightDevice");
            }
        }
        throttle("blkio.throttle.read_bps_device", io.throttleReadBpsDevice(), "blockIO.throttleReadBpsDevice");
        throttle("blkio.throttle.write_bps_device", io.throttleWriteBpsDevice(), "blockIO.throttleWriteBpsDevice");
        throttle("blkio.throttle.read_iops_device", io.throttleReadIOPSDevice(), "blockIO.throttleReadIOPSDevice");
        throttle("blkio.throttle.write_iops_device", io.throttleWriteIOPSDevice(), "blockIO.throttleWriteIOPSDevice");
    }

    private void throttle(String file, List<BlockIo.ThrottleDevice> devices, String field) {
        for (BlockIo.ThrottleDevice device : devices) {
            add(
                    "blkio",
                    file,
                    device.major() + ":" + device.minor() + " " + Long.toUnsignedString(device.rate()),
                    field);
        }
    }

    /** 0 stands for "not given" in shares and periods; the kernel would refuse it. */
    static @Nullable Long positive(@Nullable Long value) {
        return value == null || value == 0 ? null : value;
    }

    /** A quota of 0 stands for "not given", below 0 for unlimited. */
    static @Nullable Long quota(@Nullable Long value) {
        return value == null || value == 0 ? null : Long.valueOf(Math.max(-1, value));
    }

    /** {@code c 1:3 rwm}; cgroup-v1/devices.rst */
    static String device(DeviceRule rule) {
        String type = rule.type() == null || rule.type().isEmpty() ? "a" : rule.type();
        String access = rule.access() == null || rule.access().isEmpty() ? "rwm" : rule.access();
        return "%s %s:%s %s".formatted(type, number(rule.major()), number(rule.minor()), access);
    }

    static String rdma(String device, LinuxResources.Rdma limit) {
        var text = new StringBuilder(device);
        if (limit.hcaHandles() != null) {
            text.append(" hca_handle=").append(limit.hcaHandles());
        }
        if (limit.hcaObjects() != null) {
            text.append(" hca_object=").append(limit.hcaObjects());
        }
        return text.toString();
    }

    private static String number(@Nullable Long value) {
        return value == null || value < 0 ? "*" : value.toString();
    }

    private void addNumber(String controller, String file, @Nullable Long value, String field) {
        if (value != null) {
            add(controller, file, value.toString(), field);
        }
    }

    private void addText(String controller, String file, @Nullable String value, String field) {
        if (value != null && !value.isEmpty()) {
            add(controller, file, value, field);
        }
    }

    private void add(String controller, String file, String value, String field) {
        settings.add(new Setting(controller, file, value, field));
    }
}
