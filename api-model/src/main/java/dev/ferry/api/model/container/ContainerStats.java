package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container has used up to a moment. All counters are 0 for one that does not run.
 *
 * @param read when it was counted
 * @param preread when {@code before} was counted
 * @param processes Windows only
 * @param storage Windows only
 * @param before the processor's counters of the sample before, so that a client can tell a rate
 * @param networks by interface; left out when there is none
 */
public record ContainerStats(
        @JsonProperty("name") String name,
        @JsonProperty("id") String id,
        @JsonProperty("read") Instant read,
        @JsonProperty("preread") Instant preread,
        @JsonProperty("pids_stats") PidsUsage pids,
        @JsonProperty("blkio_stats") BlockIoUsage blockIo,
        @JsonProperty("num_procs") int processes,
        @JsonProperty("storage_stats") StorageUsage storage,
        @JsonProperty("cpu_stats") CpuUsage cpu,
        @JsonProperty("precpu_stats") CpuUsage before,
        @JsonProperty("memory_stats") MemoryUsage memory,

        @JsonProperty("networks") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, NetworkUsage> networks) {

    public ContainerStats {
        name = Absence.text(name);
        id = Absence.text(id);
        read = Absence.time(read);
        preread = Absence.time(preread);
        pids = Absence.or(pids, PidsUsage::empty);
        blockIo = Absence.or(blockIo, BlockIoUsage::empty);
        storage = Absence.or(storage, StorageUsage::empty);
        cpu = Absence.or(cpu, CpuUsage::empty);
        before = Absence.or(before, CpuUsage::empty);
        memory = Absence.or(memory, MemoryUsage::empty);
        networks = Absence.map(networks);
    }

    /** Of a container that does not run. */
    public static ContainerStats nothing(String name, String id) {
        return new ContainerStats(
                name,
                id,
                Absence.NEVER,
                Absence.NEVER,
                PidsUsage.empty(),
                BlockIoUsage.empty(),
                0,
                StorageUsage.empty(),
                CpuUsage.empty(),
                CpuUsage.empty(),
                MemoryUsage.empty(),
                Map.of());
    }

    /** The same, compared with the sample before it. */
    public ContainerStats after(ContainerStats earlier) {
        return new ContainerStats(
                name,
                id,
                read,
                earlier.read(),
                pids,
                blockIo,
                processes,
                storage,
                cpu,
                earlier.cpu(),
                memory,
                networks);
    }

    /**
     * Tasks.
     *
     * @param limit left out when there is none
     */
    public record PidsUsage(
            @JsonProperty("current") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long current,

            @JsonProperty("limit") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long limit) {

        /** All fields absent. */
        public static PidsUsage empty() {
            return new PidsUsage(0, 0);
        }
    }

    /** Block devices; null for what the kernel does not count. */
    public record BlockIoUsage(
            @JsonProperty("io_service_bytes_recursive") @Nullable
            List<BlockIoEntry> bytes,

            @JsonProperty("io_serviced_recursive") @Nullable List<BlockIoEntry> operations,
            @JsonProperty("io_queue_recursive") @Nullable List<BlockIoEntry> queued,

            @JsonProperty("io_service_time_recursive") @Nullable
            List<BlockIoEntry> serviceTime,

            @JsonProperty("io_wait_time_recursive") @Nullable
            List<BlockIoEntry> waitTime,

            @JsonProperty("io_merged_recursive") @Nullable List<BlockIoEntry> merged,
            @JsonProperty("io_time_recursive") @Nullable List<BlockIoEntry> time,
            @JsonProperty("sectors_recursive") @Nullable List<BlockIoEntry> sectors) {

        public BlockIoUsage {
            bytes = Absence.copy(bytes);
            operations = Absence.copy(operations);
            queued = Absence.copy(queued);
            serviceTime = Absence.copy(serviceTime);
            waitTime = Absence.copy(waitTime);
            merged = Absence.copy(merged);
            time = Absence.copy(time);
            sectors = Absence.copy(sectors);
        }

        /** Bytes and operations only. */
        public static BlockIoUsage of(List<BlockIoEntry> bytes, List<BlockIoEntry> operations) {
            return new BlockIoUsage(bytes, operations, null, null, null, null, null, null);
        }

        /** All fields absent. */
        public static BlockIoUsage empty() {
            return new BlockIoUsage(null, null, null, null, null, null, null, null);
        }
    }

    /**
     * One counter of one device.
     *
     * @param operation {@code read} or {@code write}; clients look at the first letter, of either case
     */
    public record BlockIoEntry(
            @JsonProperty("major") long major,
            @JsonProperty("minor") long minor,
            @JsonProperty("op") String operation,
            @JsonProperty("value") long value) {

        public BlockIoEntry {
            operation = Absence.text(operation);
        }

        /** All fields absent. */
        public static BlockIoEntry empty() {
            return new BlockIoEntry(0, 0, "", 0);
        }
    }

    /** Windows only. */
    public record StorageUsage(
            @JsonProperty("read_count_normalized") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long reads,

            @JsonProperty("read_size_bytes") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long readBytes,

            @JsonProperty("write_count_normalized") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long writes,

            @JsonProperty("write_size_bytes") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long writtenBytes) {

        /** All fields absent. */
        public static StorageUsage empty() {
            return new StorageUsage(0, 0, 0, 0);
        }
    }

    /**
     * Processors.
     *
     * @param system nanoseconds of all of the host's processors
     */
    public record CpuUsage(
            @JsonProperty("cpu_usage") CpuTime time,

            @JsonProperty("system_cpu_usage") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long system,

            @JsonProperty("online_cpus") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            int processors,

            @JsonProperty("throttling_data") Throttling throttling) {

        public CpuUsage {
            time = Absence.or(time, CpuTime::empty);
            throttling = Absence.or(throttling, Throttling::empty);
        }

        /** All fields absent. */
        public static CpuUsage empty() {
            return new CpuUsage(CpuTime.empty(), 0, 0, Throttling.empty());
        }
    }

    /** Nanoseconds; for each processor only where version 1 of control groups counts them. */
    public record CpuTime(
            @JsonProperty("total_usage") long total,

            @JsonProperty("percpu_usage") @JsonInclude(JsonInclude.Include.NON_EMPTY)
            List<Long> byProcessor,

            @JsonProperty("usage_in_kernelmode") long kernel,
            @JsonProperty("usage_in_usermode") long user) {

        public CpuTime {
            byProcessor = Absence.list(byProcessor);
        }

        /** All fields absent. */
        public static CpuTime empty() {
            return new CpuTime(0, List.of(), 0, 0);
        }
    }

    /** Periods of the quota, those in which it ran out, and nanoseconds that were waited. */
    public record Throttling(
            @JsonProperty("periods") long periods,
            @JsonProperty("throttled_periods") long throttledPeriods,
            @JsonProperty("throttled_time") long throttledTime) {

        /** All fields absent. */
        public static Throttling empty() {
            return new Throttling(0, 0, 0);
        }
    }

    /**
     * Memory in bytes.
     *
     * @param limit the host's memory when there is no limit
     * @param details the kernel's memory.stat
     */
    public record MemoryUsage(
            @JsonProperty("usage") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long usage,

            @JsonProperty("max_usage") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long peak,

            @JsonProperty("stats") @JsonInclude(JsonInclude.Include.NON_EMPTY)
            Map<String, Long> details,

            @JsonProperty("failcnt") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long failures,

            @JsonProperty("limit") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            long limit) {

        public MemoryUsage {
            details = Absence.map(details);
        }

        /** All fields absent. */
        public static MemoryUsage empty() {
            return new MemoryUsage(0, 0, Map.of(), 0, 0);
        }
    }

    /** One network interface. */
    public record NetworkUsage(
            @JsonProperty("rx_bytes") long receivedBytes,
            @JsonProperty("rx_packets") long receivedPackets,
            @JsonProperty("rx_errors") long receivedErrors,
            @JsonProperty("rx_dropped") long receivedDropped,
            @JsonProperty("tx_bytes") long sentBytes,
            @JsonProperty("tx_packets") long sentPackets,
            @JsonProperty("tx_errors") long sentErrors,
            @JsonProperty("tx_dropped") long sentDropped) {

        /** All fields absent. */
        public static NetworkUsage empty() {
            return new NetworkUsage(0, 0, 0, 0, 0, 0, 0, 0);
        }
    }
}
