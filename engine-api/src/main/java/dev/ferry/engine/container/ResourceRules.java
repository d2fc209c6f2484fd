package dev.ferry.engine.container;

import dev.ferry.api.model.container.Resources;
import dev.ferry.engine.error.InvalidRequest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Docker's rules for limits: what contradicts itself is refused, what this kernel cannot keep is taken out with a warning. Users and
 * their tools know the texts, so they are docker's.
 */
public final class ResourceRules {

    /** The smallest limit of memory. */
    private static final long LEAST_MEMORY = 6L << 20;

    private static final long NANOS = 1_000_000_000L;
    private static final int LARGEST_CPU = 8192;

    private final HostOffer host;

    /** For a host. */
    public ResourceRules(HostOffer host) {
        this.host = host;
    }

    /**
     * Limits as they will be kept.
     *
     * @param warnings what was taken out and what is unwise
     */
    public record Settled(Resources resources, List<String> warnings) {}

    /**
     * Checks limits.
     *
     * @param update whether they change others, so that what is not named stays
     * @throws InvalidRequest for what no engine could keep
     */
    public Settled settle(Resources asked, boolean update) {
        List<String> warnings = new ArrayList<>();
        Resources.Builder kept = asked.toBuilder();
        memory(asked, update, kept, warnings);
        processors(asked);
        blockIo(asked, kept, warnings);
        if (asked.pidsLimit() != null && asked.pidsLimit() > 0 && !host.pids()) {
            warnings.add(missing("PIDs limit capabilities", "PIDs limit discarded."));
            kept.pidsLimit(null);
        }
        if (asked.kernelMemory() != 0) {
            warnings.add("Specifying a kernel memory limit is deprecated and has no effect: kernels since 5.16 count it"
                    + " in the limit of memory.");
            kept.kernelMemory(0);
        }
        return new Settled(kept.build(), List.copyOf(warnings));
    }

    private void memory(Resources r, boolean update, Resources.Builder kept, List<String> warnings) {
        require(r.memory() == 0 || r.memory() >= LEAST_MEMORY, "Minimum memory limit allowed is 6MB");
        require(
                r.memoryReservation() == 0 || r.memoryReservation() >= LEAST_MEMORY,
                "Minimum memory reservation allowed is 6MB");
        require(
                r.memorySwap() <= 0 || r.memory() != 0 || update,
                "You should always set the Memory limit when using Memoryswap limit, see usage");
        require(
                r.memorySwap() <= 0 || r.memorySwap() >= r.memory(),
                "Minimum memoryswap limit should be larger than memory limit, see usage");
        Long swappiness = r.memorySwappiness();
        require(
                swappiness == null || (swappiness >= -1 && swappiness <= 100),
                "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
        require(
                r.memory() <= 0 || r.memoryReservation() <= 0 || r.memory() >= r.memoryReservation(),
                "Minimum memory limit can not be less than memory reservation limit, see usage");
        if (r.memory() > 0 && !host.memory()) {
            warnings.add(missing("memory limit capabilities", "Limitation discarded."));
            kept.memory(0).memorySwap(-1);
        } else if (r.memory() > 0 && r.memorySwap() != -1 && !host.swap()) {
            warnings.add(missing("swap limit capabilities", "Memory limited without swap."));
            kept.memorySwap(-1);
        } else if (r.memory() > 0 && r.memorySwap() == 0 && !update) {
            kept.memorySwap(2 * r.memory());
        }
        if (swappiness != null && swappiness >= 0 && !host.swappiness()) {
            warnings.add(missing("memory swappiness capabilities", "Memory swappiness discarded."));
            kept.memorySwappiness(null);
        }
        if (r.memoryReservation() > 0 && !host.reservation()) {
            warnings.add(missing("memory soft limit capabilities", "Limitation discarded."));
            kept.memoryReservation(0);
        }
        if (r.kernelMemoryTcp() != 0 && !host.kernelTcp()) {
            warnings.add(missing("kernel memory TCP limit capabilities", "Limitation discarded."));
            kept.kernelMemoryTcp(0);
        }
        if (Boolean.TRUE.equals(r.oomKillDisable())) {
            if (!host.oomKillDisable()) {
                warnings.add("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
                kept.oomKillDisable(null);
            } else if (r.memory() == 0) {
                warnings.add("OOM killer is disabled for the container, but no memory limit is set, this can result in"
                        + " the system running out of resources.");
            }
        }
    }

    private void processors(Resources r) {
        require(
                r.nanoCpus() <= 0 || r.cpuPeriod() <= 0,
                "Conflicting options: Nano CPUs and CPU Period cannot both be set");
        require(
                r.nanoCpus() <= 0 || r.cpuQuota() <= 0,
                "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        require(
                r.nanoCpus() >= 0 && r.nanoCpus() <= host.processors() * NANOS,
                "range of CPUs is from 0.01 to " + host.processors() + ".00, as there are only " + host.processors()
                        + " CPUs available");
        require(
                r.cpuPeriod() == 0 || (r.cpuPeriod() >= 1000 && r.cpuPeriod() <= 1_000_000),
                "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        require(r.cpuQuota() <= 0 || r.cpuQuota() >= 1000, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
        require(r.cpuShares() >= 0, "invalid CPU shares (" + r.cpuShares() + "): value must be a positive integer");
        require(
                r.cpuRealtimeRuntime() <= 0
                        || r.cpuRealtimePeriod() <= 0
                        || r.cpuRealtimeRuntime() <= r.cpuRealtimePeriod(),
                "cpu real-time runtime cannot be higher than cpu real-time period");
        available(r.cpusetCpus(), host.cpus(), "CPUs", "cpus");
        available(r.cpusetMems(), host.mems(), "memory nodes", "mems");
    }

    private static void available(String asked, String there, String what, String field) {
        BitSet wanted = numbers(asked, field);
        if (!there.isEmpty()) {
            wanted.andNot(numbers(there, field));
            require(
                    wanted.isEmpty(),
                    "Requested " + what + " are not available - requested " + asked + ", available: " + there);
        }
    }

    /** cpuset(7), "List format", without strides. */
    private static BitSet numbers(String list, String field) {
        BitSet all = new BitSet();
        String wrong = "Invalid value " + list + " for cpuset " + field;
        for (String part : list.isEmpty() ? new String[0] : list.split(",", -1)) {
            String[] ends = part.strip().split("-", -1);
            try {
                int from = Integer.parseInt(ends[0]);
                int to = ends.length > 1 ? Integer.parseInt(ends[1]) : from;
                require(ends.length <= 2 && from >= 0 && from <= to && to < LARGEST_CPU, wrong);
                all.set(from, to + 1);
            } catch (NumberFormatException e) {
                throw new InvalidRequest("container.cpuset", wrong, e);
            }
        }
        return all;
    }

    private void blockIo(Resources r, Resources.Builder kept, List<String> warnings) {
        require(
                r.blkioWeight() == 0 || (r.blkioWeight() >= 10 && r.blkioWeight() <= 1000),
                "Range of blkio weight is from 10 to 1000");
        if (r.blkioWeight() > 0 && !host.weight()) {
            warnings.add(missing("Block I/O weight", "Weight discarded."));
            kept.blkioWeight(0);
        }
        if (!r.blkioWeightDevice().isEmpty() && !host.weightDevice()) {
            warnings.add(missing("Block I/O weight_device", "Weight-device discarded."));
            kept.blkioWeightDevice(List.of());
        }
        if (host.throttle()) {
            return;
        }
        if (!r.blkioDeviceReadBps().isEmpty()) {
            warnings.add(missing("BPS Block I/O read limit", "Block I/O BPS read limit discarded."));
            kept.blkioDeviceReadBps(List.of());
        }
        if (!r.blkioDeviceWriteBps().isEmpty()) {
            warnings.add(missing("BPS Block I/O write limit", "Block I/O BPS write limit discarded."));
            kept.blkioDeviceWriteBps(List.of());
        }
        if (!r.blkioDeviceReadIOps().isEmpty()) {
            warnings.add(missing("IOPS Block read limit", "Block I/O IOPS read limit discarded."));
            kept.blkioDeviceReadIOps(List.of());
        }
        if (!r.blkioDeviceWriteIOps().isEmpty()) {
            warnings.add(missing("IOPS Block write limit", "Block I/O IOPS write limit discarded."));
            kept.blkioDeviceWriteIOps(List.of());
        }
    }

    private static String missing(String what, String consequence) {
        return "Your kernel does not support " + what + " or the cgroup is not mounted. " + consequence;
    }

    private static void require(boolean right, String otherwise) {
        if (!right) {
            throw new InvalidRequest("container.limit", otherwise);
        }
    }
}
