package dev.ferry.engine.container;

import dev.ferry.api.model.container.Resources;
import dev.ferry.api.model.container.ThrottleDevice;
import dev.ferry.api.model.container.WeightDevice;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxResources.BlockIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The API's limits in the runtime's words, without device rules. */
final class Limits {

    private static final int TYPE_MASK = 0170000;
    private static final int BLOCK = 0060000;

    private Limits() {}

    /** What is 0 or absent is left out: it has no limit. */
    static LinuxResources of(Resources r) {
        LinuxResources limits =
                LinuxResources.NONE.withMemory(memory(r)).withCpu(cpu(r)).withPids(pids(r));
        BlockIo io = blockIo(r);
        return io == null
                ? limits
                : new LinuxResources(
                        limits.devices(),
                        limits.memory(),
                        limits.cpu(),
                        limits.pids(),
                        io,
                        limits.hugepageLimits(),
                        limits.network(),
                        limits.rdma(),
                        limits.unified());
    }

    private static LinuxResources.@Nullable Memory memory(Resources r) {
        Long swappiness = r.memorySwappiness() == null || r.memorySwappiness() < 0 ? null : r.memorySwappiness();
        boolean noKiller = Boolean.TRUE.equals(r.oomKillDisable());
        if (r.memory() == 0
                && r.memoryReservation() == 0
                && r.memorySwap() == 0
                && r.kernelMemoryTcp() == 0
                && swappiness == null
                && !noKiller) {
            return null;
        }
        return new LinuxResources.Memory(
                orNull(r.memory()),
                orNull(r.memoryReservation()),
                // docker: as much swap again as memory, unless something is said
                r.memorySwap() != 0 ? (Long) r.memorySwap() : r.memory() > 0 ? (Long) (2 * r.memory()) : null,
                null,
                orNull(r.kernelMemoryTcp()),
                swappiness,
                noKiller ? Boolean.TRUE : null,
                null,
                null);
    }

    private static LinuxResources.@Nullable Cpu cpu(Resources r) {
        long quota = r.nanoCpus() > 0 ? r.nanoCpus() / 10_000 : r.cpuQuota();
        long period = r.nanoCpus() > 0 ? 100_000 : r.cpuPeriod();
        if (r.cpuShares() == 0
                && quota == 0
                && period == 0
                && r.cpuRealtimePeriod() == 0
                && r.cpuRealtimeRuntime() == 0
                && r.cpusetCpus().isEmpty()
                && r.cpusetMems().isEmpty()) {
            return null;
        }
        return new LinuxResources.Cpu(
                orNull(r.cpuShares()),
                orNull(quota),
                null,
                orNull(period),
                orNull(r.cpuRealtimeRuntime()),
                orNull(r.cpuRealtimePeriod()),
                r.cpusetCpus().isEmpty() ? null : r.cpusetCpus(),
                r.cpusetMems().isEmpty() ? null : r.cpusetMems(),
                null);
    }

    private static LinuxResources.@Nullable Pids pids(Resources r) {
        return r.pidsLimit() == null || r.pidsLimit() <= 0 ? null : new LinuxResources.Pids(r.pidsLimit());
    }

    private static @Nullable BlockIo blockIo(Resources r) {
        if (r.blkioWeight() == 0
                && r.blkioWeightDevice().isEmpty()
                && r.blkioDeviceReadBps().isEmpty()
                && r.blkioDeviceWriteBps().isEmpty()
                && r.blkioDeviceReadIOps().isEmpty()
                && r.blkioDeviceWriteIOps().isEmpty()) {
            return null;
        }
        List<BlockIo.WeightDevice> weights = new ArrayList<>();
        for (WeightDevice device : r.blkioWeightDevice()) {
            DeviceNumber number = number(device.path());
            weights.add(new BlockIo.WeightDevice(number.major(), number.minor(), device.weight(), null));
        }
        return new BlockIo(
                r.blkioWeight() == 0 ? null : (Integer) r.blkioWeight(),
                null,
                weights,
                throttles(r.blkioDeviceReadBps()),
                throttles(r.blkioDeviceWriteBps()),
                throttles(r.blkioDeviceReadIOps()),
                throttles(r.blkioDeviceWriteIOps()));
    }

    private static List<BlockIo.ThrottleDevice> throttles(List<ThrottleDevice> devices) {
        List<BlockIo.ThrottleDevice> throttles = new ArrayList<>();
        for (ThrottleDevice device : devices) {
            DeviceNumber number = number(device.path());
            throttles.add(new BlockIo.ThrottleDevice(number.major(), number.minor(), device.rate()));
        }
        return throttles;
    }

    private record DeviceNumber(long major, long minor) {}

    private static DeviceNumber number(String path) {
        try {
            Map<String, Object> stat = Files.readAttributes(Path.of(path), "unix:rdev,mode");
            long rdev = (Long) stat.getOrDefault("rdev", 0L);
            if (((Integer) stat.getOrDefault("mode", 0) & TYPE_MASK) != BLOCK) {
                throw new InvalidRequest("container.blkio", "\"" + path + "\" is no block device");
            }
            // makedev(3)
            return new DeviceNumber(
                    (rdev >>> 8 & 0xfff) | (rdev >>> 32 & ~0xfffL),
                    (rdev & 0xff) | (rdev >>> 12 & ~0xffL & 0xffffffffL));
        } catch (IOException e) {
            throw new InvalidRequest("container.blkio", "stat " + path + ": no such file or directory", e);
        }
    }

    private static @Nullable Long orNull(long value) {
        return value == 0 ? null : (Long) value;
    }
}
