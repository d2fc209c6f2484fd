package dev.ferry.runtime.oci;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Limits of the container's cgroup. config-linux.md, "Control groups". */
public record LinuxResources(
        List<DeviceRule> devices,
        @Nullable Memory memory,
        @Nullable Cpu cpu,
        @Nullable Pids pids,
        @Nullable BlockIo blockIO,
        List<HugepageLimit> hugepageLimits,
        @Nullable Network network,
        Map<String, Rdma> rdma,
        Map<String, String> unified) {

    /** No limit at all. */
    public static final LinuxResources NONE =
            new LinuxResources(List.of(), null, null, null, null, List.of(), null, Map.of(), Map.of());

    public LinuxResources {
        devices = Required.list(devices);
        hugepageLimits = Required.list(hugepageLimits);
        rdma = Required.map(rdma);
        unified = Required.map(unified);
    }

    /** The same with other device rules. */
    public LinuxResources withDevices(List<DeviceRule> other) {
        return new LinuxResources(other, memory, cpu, pids, blockIO, hugepageLimits, network, rdma, unified);
    }

    /** The same with another memory limit. */
    public LinuxResources withMemory(@Nullable Memory other) {
        return new LinuxResources(devices, other, cpu, pids, blockIO, hugepageLimits, network, rdma, unified);
    }

    /** The same with another share of the processors. */
    public LinuxResources withCpu(@Nullable Cpu other) {
        return new LinuxResources(devices, memory, other, pids, blockIO, hugepageLimits, network, rdma, unified);
    }

    /** The same with other shares of block devices. */
    public LinuxResources withBlockIO(@Nullable BlockIo other) {
        return new LinuxResources(devices, memory, cpu, pids, other, hugepageLimits, network, rdma, unified);
    }

    /** The same with another limit of tasks. */
    public LinuxResources withPids(@Nullable Pids other) {
        return new LinuxResources(devices, memory, cpu, other, blockIO, hugepageLimits, network, rdma, unified);
    }

    /**
     * A rule for device access; rules apply in the order of the list.
     *
     * @param type a (both), c or b; null for both
     * @param major null for any
     * @param minor null for any
     * @param access any of r, w, m; null for all three
     */
    public record DeviceRule(
            boolean allow,
            @Nullable String type,
            @Nullable Long major,
            @Nullable Long minor,
            @Nullable String access) {

        private static final Pattern TYPE = Pattern.compile("[abc]");
        private static final Pattern ACCESS = Pattern.compile("[rwm]{1,3}");

        public DeviceRule {
            if (type != null && !type.isEmpty() && !TYPE.matcher(type).matches()) {
                throw new IllegalArgumentException(
                        "linux.resources.devices[].type is \"%s\"; it must be a, b or c".formatted(type));
            }
            if (access != null && !access.isEmpty() && !ACCESS.matcher(access).matches()) {
                throw new IllegalArgumentException(
                        "linux.resources.devices[].access is \"%s\"; it must be made of r, w and m".formatted(access));
            }
        }
    }

    /**
     * Memory. All sizes in bytes, −1 for unlimited.
     *
     * @param swap memory and swap together
     * @param swappiness 0 to 100
     */
    public record Memory(
            @Nullable Long limit,
            @Nullable Long reservation,
            @Nullable Long swap,
            @Nullable Long kernel,
            @Nullable Long kernelTCP,
            @Nullable Long swappiness,
            @Nullable Boolean disableOOMKiller,
            @Nullable Boolean useHierarchy,
            @Nullable Boolean checkBeforeUpdate) {

        /** Only a limit of memory. */
        public static Memory limited(long bytes) {
            return new Memory(bytes, null, null, null, null, null, null, null, null);
        }
    }

    /**
     * Processors.
     *
     * @param shares relative weight, 2 to 262144
     * @param quota microseconds in each period; −1 for unlimited
     * @param period microseconds
     * @param cpus list such as {@code 0-3,7}
     * @param mems list of memory nodes
     */
    public record Cpu(
            @Nullable Long shares,
            @Nullable Long quota,
            @Nullable Long burst,
            @Nullable Long period,
            @Nullable Long realtimeRuntime,
            @Nullable Long realtimePeriod,
            @Nullable String cpus,
            @Nullable String mems,
            @Nullable Long idle) {}

    /** Number of tasks; −1 for unlimited. */
    public record Pids(long limit) {}

    /** Block devices. */
    public record BlockIo(
            @Nullable Integer weight,
            @Nullable Integer leafWeight,
            List<WeightDevice> weightDevice,
            List<ThrottleDevice> throttleReadBpsDevice,
            List<ThrottleDevice> throttleWriteBpsDevice,
            List<ThrottleDevice> throttleReadIOPSDevice,
            List<ThrottleDevice> throttleWriteIOPSDevice) {

        public BlockIo {
            weightDevice = Required.list(weightDevice);
            throttleReadBpsDevice = Required.list(throttleReadBpsDevice);
            throttleWriteBpsDevice = Required.list(throttleWriteBpsDevice);
            throttleReadIOPSDevice = Required.list(throttleReadIOPSDevice);
            throttleWriteIOPSDevice = Required.list(throttleWriteIOPSDevice);
        }

        /** Weight of one device, 10 to 1000. */
        public record WeightDevice(
                long major,
                long minor,
                @Nullable Integer weight,
                @Nullable Integer leafWeight) {}

        /** Bytes or operations per second of one device. */
        public record ThrottleDevice(
                long major, long minor, @Uint64 long rate) {}
    }

    /**
     * Limit of huge pages of one size.
     *
     * @param pageSize such as {@code 2MB}
     * @param limit bytes, unsigned
     */
    public record HugepageLimit(String pageSize, @Uint64 long limit) {

        private static final Pattern SIZE = Pattern.compile("[1-9][0-9]*[KMG]B");

        public HugepageLimit {
            if (!SIZE.matcher(Required.text("linux.resources.hugepageLimits[].pageSize", pageSize))
                    .matches()) {
                throw new IllegalArgumentException(
                        "linux.resources.hugepageLimits[].pageSize is \"%s\"; it must look like 64KB, 2MB or 1GB"
                                .formatted(pageSize));
            }
        }
    }

    /** Class and priorities of network packets. */
    public record Network(@Nullable Long classID, List<InterfacePriority> priorities) {

        public Network {
            priorities = Required.list(priorities);
        }

        /** Priority of packets on one interface. */
        public record InterfacePriority(String name, long priority) {}
    }

    /** Limits of one RDMA device. */
    public record Rdma(@Nullable Long hcaHandles, @Nullable Long hcaObjects) {}
}
