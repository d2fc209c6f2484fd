package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a container. Zero means no limit where nothing else is said.
 *
 * @param memory bytes
 * @param nanoCpus processors times 1e9; excludes period and quota
 * @param cpuPeriod microseconds
 * @param cpuQuota microseconds in each period
 * @param cpuRealtimePeriod microseconds
 * @param cpuRealtimeRuntime microseconds
 * @param kernelMemory bytes; clients older than 1.42 only
 * @param kernelMemoryTcp bytes
 * @param memoryReservation bytes
 * @param memorySwap memory and swap together, bytes; -1: unlimited swap
 * @param memorySwappiness 0 to 100, -1 or null: the kernel's
 * @param pidsLimit 0 and -1: no limit; null in an update: as before
 * @param init run a small init as process 1
 */
public record Resources(
        @JsonProperty("CpuShares") long cpuShares,
        @JsonProperty("Memory") long memory,
        @JsonProperty("NanoCpus") long nanoCpus,
        @JsonProperty("CgroupParent") String cgroupParent,
        @JsonProperty("BlkioWeight") int blkioWeight,
        @JsonProperty("BlkioWeightDevice") List<WeightDevice> blkioWeightDevice,
        @JsonProperty("BlkioDeviceReadBps") List<ThrottleDevice> blkioDeviceReadBps,
        @JsonProperty("BlkioDeviceWriteBps") List<ThrottleDevice> blkioDeviceWriteBps,
        @JsonProperty("BlkioDeviceReadIOps") List<ThrottleDevice> blkioDeviceReadIOps,
        @JsonProperty("BlkioDeviceWriteIOps") List<ThrottleDevice> blkioDeviceWriteIOps,
        @JsonProperty("CpuPeriod") long cpuPeriod,
        @JsonProperty("CpuQuota") long cpuQuota,
        @JsonProperty("CpuRealtimePeriod") long cpuRealtimePeriod,
        @JsonProperty("CpuRealtimeRuntime") long cpuRealtimeRuntime,
        @JsonProperty("CpusetCpus") String cpusetCpus,
        @JsonProperty("CpusetMems") String cpusetMems,
        @JsonProperty("Devices") List<DeviceMapping> devices,
        @JsonProperty("DeviceCgroupRules") @Nullable List<String> deviceCgroupRules,
        @JsonProperty("DeviceRequests") @Nullable List<DeviceRequest> deviceRequests,

        @JsonProperty("KernelMemory") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long kernelMemory,

        @JsonProperty("KernelMemoryTCP") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long kernelMemoryTcp,

        @JsonProperty("MemoryReservation") long memoryReservation,
        @JsonProperty("MemorySwap") long memorySwap,
        @JsonProperty("MemorySwappiness") @Nullable Long memorySwappiness,
        @JsonProperty("OomKillDisable") @Nullable Boolean oomKillDisable,
        @JsonProperty("PidsLimit") @Nullable Long pidsLimit,
        @JsonProperty("Ulimits") List<Ulimit> ulimits,
        @JsonProperty("CpuCount") long cpuCount,
        @JsonProperty("CpuPercent") long cpuPercent,
        @JsonProperty("IOMaximumIOps") long ioMaximumIOps,
        @JsonProperty("IOMaximumBandwidth") long ioMaximumBandwidth,

        @JsonProperty("Init") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Boolean init) {

    public Resources {
        cgroupParent = Absence.text(cgroupParent);
        blkioWeightDevice = Absence.list(blkioWeightDevice);
        blkioDeviceReadBps = Absence.list(blkioDeviceReadBps);
        blkioDeviceWriteBps = Absence.list(blkioDeviceWriteBps);
        blkioDeviceReadIOps = Absence.list(blkioDeviceReadIOps);
        blkioDeviceWriteIOps = Absence.list(blkioDeviceWriteIOps);
        cpusetCpus = Absence.text(cpusetCpus);
        cpusetMems = Absence.text(cpusetMems);
        devices = Absence.list(devices);
        deviceCgroupRules = Absence.copy(deviceCgroupRules);
        deviceRequests = Absence.copy(deviceRequests);
        ulimits = Absence.list(ulimits);
    }

    /** All fields absent. */
    public static Resources empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .cpuShares(cpuShares)
                .memory(memory)
                .nanoCpus(nanoCpus)
                .cgroupParent(cgroupParent)
                .blkioWeight(blkioWeight)
                .blkioWeightDevice(blkioWeightDevice)
                .blkioDeviceReadBps(blkioDeviceReadBps)
                .blkioDeviceWriteBps(blkioDeviceWriteBps)
                .blkioDeviceReadIOps(blkioDeviceReadIOps)
                .blkioDeviceWriteIOps(blkioDeviceWriteIOps)
                .cpuPeriod(cpuPeriod)
                .cpuQuota(cpuQuota)
                .cpuRealtimePeriod(cpuRealtimePeriod)
                .cpuRealtimeRuntime(cpuRealtimeRuntime)
                .cpusetCpus(cpusetCpus)
                .cpusetMems(cpusetMems)
                .devices(devices)
                .deviceCgroupRules(deviceCgroupRules)
                .deviceRequests(deviceRequests)
                .kernelMemory(kernelMemory)
                .kernelMemoryTcp(kernelMemoryTcp)
                .memoryReservation(memoryReservation)
                .memorySwap(memorySwap)
                .memorySwappiness(memorySwappiness)
                .oomKillDisable(oomKillDisable)
                .pidsLimit(pidsLimit)
                .ulimits(ulimits)
                .cpuCount(cpuCount)
                .cpuPercent(cpuPercent)
                .ioMaximumIOps(ioMaximumIOps)
                .ioMaximumBandwidth(ioMaximumBandwidth)
                .init(init);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private long cpuShares;
        private long memory;
        private long nanoCpus;
        private String cgroupParent = "";
        private int blkioWeight;
        private List<WeightDevice> blkioWeightDevice = List.of();
        private List<ThrottleDevice> blkioDeviceReadBps = List.of();
        private List<ThrottleDevice> blkioDeviceWriteBps = List.of();
        private List<ThrottleDevice> blkioDeviceReadIOps = List.of();
        private List<ThrottleDevice> blkioDeviceWriteIOps = List.of();
        private long cpuPeriod;
        private long cpuQuota;
        private long cpuRealtimePeriod;
        private long cpuRealtimeRuntime;
        private String cpusetCpus = "";
        private String cpusetMems = "";
        private List<DeviceMapping> devices = List.of();
        private @Nullable List<String> deviceCgroupRules;
        private @Nullable List<DeviceRequest> deviceRequests;
        private long kernelMemory;
        private long kernelMemoryTcp;
        private long memoryReservation;
        private long memorySwap;
        private @Nullable Long memorySwappiness;
        private @Nullable Boolean oomKillDisable;
        private @Nullable Long pidsLimit;
        private List<Ulimit> ulimits = List.of();
        private long cpuCount;
        private long cpuPercent;
        private long ioMaximumIOps;
        private long ioMaximumBandwidth;
        private @Nullable Boolean init;

        private Builder() {}

        public Builder cpuShares(long value) {
            this.cpuShares = value;
            return this;
        }

        public Builder memory(long value) {
            this.memory = value;
            return this;
        }

        public Builder nanoCpus(long value) {
            this.nanoCpus = value;
            return this;
        }

        public Builder cgroupParent(String value) {
            this.cgroupParent = value;
            return this;
        }

        public Builder blkioWeight(int value) {
            this.blkioWeight = value;
            return this;
        }

        public Builder blkioWeightDevice(List<WeightDevice> value) {
            this.blkioWeightDevice = value;
            return this;
        }

        public Builder blkioDeviceReadBps(List<ThrottleDevice> value) {
            this.blkioDeviceReadBps = value;
            return this;
        }

        public Builder blkioDeviceWriteBps(List<ThrottleDevice> value) {
            this.blkioDeviceWriteBps = value;
            return this;
        }

        public Builder blkioDeviceReadIOps(List<ThrottleDevice> value) {
            this.blkioDeviceReadIOps = value;
            return this;
        }

        public Builder blkioDeviceWriteIOps(List<ThrottleDevice> value) {
            this.blkioDeviceWriteIOps = value;
            return this;
        }

        public Builder cpuPeriod(long value) {
            this.cpuPeriod = value;
            return this;
        }

        public Builder cpuQuota(long value) {
            this.cpuQuota = value;
            return this;
        }

        public Builder cpuRealtimePeriod(long value) {
            this.cpuRealtimePeriod = value;
            return this;
        }

        public Builder cpuRealtimeRuntime(long value) {
            this.cpuRealtimeRuntime = value;
            return this;
        }

        public Builder cpusetCpus(String value) {
            this.cpusetCpus = value;
            return this;
        }

        public Builder cpusetMems(String value) {
            this.cpusetMems = value;
            return this;
        }

        public Builder devices(List<DeviceMapping> value) {
            this.devices = value;
            return this;
        }

        public Builder deviceCgroupRules(@Nullable List<String> value) {
            this.deviceCgroupRules = value;
            return this;
        }

        public Builder deviceRequests(@Nullable List<DeviceRequest> value) {
            this.deviceRequests = value;
            return this;
        }

        public Builder kernelMemory(long value) {
            this.kernelMemory = value;
            return this;
        }

        public Builder kernelMemoryTcp(long value) {
            this.kernelMemoryTcp = value;
            return this;
        }

        public Builder memoryReservation(long value) {
            this.memoryReservation = value;
            return this;
        }

        public Builder memorySwap(long value) {
            this.memorySwap = value;
            return this;
        }

        public Builder memorySwappiness(@Nullable Long value) {
            this.memorySwappiness = value;
            return this;
        }

        public Builder oomKillDisable(@Nullable Boolean value) {
            this.oomKillDisable = value;
            return this;
        }

        public Builder pidsLimit(@Nullable Long value) {
            this.pidsLimit = value;
            return this;
        }

        public Builder ulimits(List<Ulimit> value) {
            this.ulimits = value;
            return this;
        }

        public Builder cpuCount(long value) {
            this.cpuCount = value;
            return this;
        }

        public Builder cpuPercent(long value) {
            this.cpuPercent = value;
            return this;
        }

        public Builder ioMaximumIOps(long value) {
            this.ioMaximumIOps = value;
            return this;
        }

        public Builder ioMaximumBandwidth(long value) {
            this.ioMaximumBandwidth = value;
            return this;
        }

        public Builder init(@Nullable Boolean value) {
            this.init = value;
            return this;
        }

        public Resources build() {
            return new Resources(
                    cpuShares,
                    memory,
                    nanoCpus,
                    cgroupParent,
                    blkioWeight,
                    blkioWeightDevice,
                    blkioDeviceReadBps,
                    blkioDeviceWriteBps,
                    blkioDeviceReadIOps,
                    blkioDeviceWriteIOps,
                    cpuPeriod,
                    cpuQuota,
                    cpuRealtimePeriod,
                    cpuRealtimeRuntime,
                    cpusetCpus,
                    cpusetMems,
                    devices,
                    deviceCgroupRules,
                    deviceRequests,
                    kernelMemory,
                    kernelMemoryTcp,
                    memoryReservation,
                    memorySwap,
                    memorySwappiness,
                    oomKillDisable,
                    pidsLimit,
                    ulimits,
                    cpuCount,
                    cpuPercent,
                    ioMaximumIOps,
                    ioMaximumBandwidth,
                    init);
        }
    }
}
