package dev.ferry.runtime.cgroup;

import java.util.Map;
import java.util.OptionalLong;

/**
 * What a cgroup has used, in the units of version 2. A value that this host does not count is absent or 0.
 *
 * @param memory bytes
 * @param cpu times
 * @param pids tasks
 * @param blockIo bytes and operations for each device, by {@code major:minor}
 */
public record CgroupStatistics(Memory memory, Cpu cpu, Pids pids, Map<String, BlockDevice> blockIo) {

    public CgroupStatistics {
        blockIo = Map.copyOf(blockIo);
    }

    /**
     * Memory in bytes.
     *
     * @param limit absent when unlimited
     * @param peak absent when the kernel does not keep it
     * @param swap absent when swap is not counted
     * @param failures how often the limit was hit
     * @param oomKills how many processes the kernel ended for want of memory
     * @param details the kernel's {@code memory.stat}
     */
    public record Memory(
            long usage,
            OptionalLong limit,
            OptionalLong peak,
            OptionalLong swap,
            long failures,
            long oomKills,
            Map<String, Long> details) {

        public Memory {
            details = Map.copyOf(details);
        }
    }

    /** Processor time in nanoseconds; periods in which the quota was in force and in which it ran out. */
    public record Cpu(
            long totalNanos,
            long userNanos,
            long systemNanos,
            long periods,
            long throttledPeriods,
            long throttledNanos) {}

    /**
     * Tasks.
     *
     * @param limit absent when unlimited
     */
    public record Pids(long current, OptionalLong limit) {}

    /** Transfers of one device since the cgroup was made. */
    public record BlockDevice(long readBytes, long writtenBytes, long reads, long writes) {}
}
