package dev.ferry.runtime.systemd;

import dev.ferry.runtime.cgroup.CpuWeight;
import dev.ferry.runtime.oci.LinuxResources;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Limits as properties of a unit, those that systemd has a property for: it would take its own values for the rest of them the next time it
 * looks at the unit. All others are written into the cgroup's files and nowhere else. Pure.
 */
final class LimitProperties {
    /** What {@code infinity} is on the bus. */
    private static final long INFINITY = -1;

    private static final long DEFAULT_PERIOD = 100_000;
    /** systemd counts in hundredths of a processor. */
    private static final long STEP = 10_000;

    private static final long MICROS = 1_000_000;
    private static final int MOST_BITS = 1 << 16;

    private static final Map<String, String> MEMORY = Map.of(
            "memory.high", "MemoryHigh",
            "memory.low", "MemoryLow",
            "memory.min", "MemoryMin",
            "memory.max", "MemoryMax",
            "memory.swap.max", "MemorySwapMax");

    private final List<Property> properties = new ArrayList<>();
    private final boolean unified;
    private final boolean idle;

    /**
     * How the processors are limited now, where a change names one of the two only; null if nothing limits them.
     *
     * @param quota −1 for none
     */
    record Quota(long quota, long period) {}

    private LimitProperties(boolean unified, boolean idle) {
        this.unified = unified;
        this.idle = idle;
    }

    /**
     * Those of a container.
     *
     * @param unified whether the host has version 2 alone
     * @param idle whether this systemd has a weight that means idle: since 252
     * @param now null for a container that is being made
     * @throws IllegalArgumentException when a value cannot be read
     */
    static List<Property> of(LinuxResources resources, boolean unified, boolean idle, @Nullable Quota now) {
        LimitProperties made = new LimitProperties(unified, idle);
        made.properties.addAll(DeviceProperties.of(resources.devices()));
        made.memory(resources.memory());
        made.cpu(resources.cpu(), now);
        if (!unified && resources.blockIO() != null && resources.blockIO().weight() != null) {
            made.add("BlockIOWeight", resources.blockIO().weight());
        }
        if (resources.pids() != null) {
            long limit = resources.pids().limit();
            made.add("TasksMax", limit <= 0 ? INFINITY : limit);
        }
        if (unified) {
            resources.unified().forEach((file, value) -> made.unified(file, value.strip()));
        }
        return List.copyOf(made.properties);
    }

    /** Whether one of them depends on the version of systemd. */
    static boolean asksForIdle(LinuxResources resources) {
        Long idle = resources.cpu() == null ? null : resources.cpu().idle();
        return (idle != null && idle == 1)
                || "1".equals(resources.unified().getOrDefault("cpu.idle", "").strip());
    }

    /** The same limits with a quota that systemd can keep, so that both write the same. */
    static LinuxResources rounded(LinuxResources resources, @Nullable Quota now) {
        LinuxResources.Cpu cpu = resources.cpu();
        if (cpu == null || cpu.quota() == null || cpu.quota() <= 0) {
            return resources;
        }
        long period = period(cpu, now);
        long quota = perSecond(cpu.quota(), period) * period / MICROS;
        return resources.withCpu(new LinuxResources.Cpu(
                cpu.shares(),
                quota,
                cpu.burst(),
                cpu.period(),
                cpu.realtimeRuntime(),
                cpu.realtimePeriod(),
                cpu.cpus(),
                cpu.mems(),
                cpu.idle()));
    }

    private void memory(LinuxResources.@Nullable Memory memory) {
        if (memory == null) {
            return;
        }
        Long limit = given(memory.limit());
        if (limit != null) {
            add(unified ? "MemoryMax" : "MemoryLimit", limit);
        }
        if (!unified) {
            return;
        }
        Long reservation = given(memory.reservation());
        if (reservation != null) {
            add("MemoryLow", reservation);
        }
        Long swap = given(memory.swap());
        if (swap != null && swap < 0) {
            add("MemorySwapMax", INFINITY);
        } else if (swap != null && limit != null && limit > 0 && swap >= limit) {
            // version 1 limits memory and swap together, version 2 swap alone
            add("MemorySwapMax", swap - limit);
        }
    }

    private void cpu(LinuxResources.@Nullable Cpu cpu, @Nullable Quota now) {
        if (cpu == null) {
            return;
        }
        Long shares = given(cpu.shares());
        if (unified && idle && cpu.idle() != null && cpu.idle() == 1) {
            add("CPUWeight", 0);
        } else if (shares != null) {
            add(unified ? "CPUWeight" : "CPUShares", unified ? CpuWeight.ofShares(shares) : shares);
        }
        Long period = given(cpu.period());
        if (period != null) {
            add("CPUQuotaPeriodUSec", period);
        }
        Long quota = given(cpu.quota());
        if (quota == null && period != null) {
            quota = now == null ? INFINITY : now.quota();
        }
        if (quota != null) {
            quota(quota, period(cpu, now));
        }
        if (cpu.cpus() != null && !cpu.cpus().isEmpty()) {
            properties.add(new Property("AllowedCPUs", bits("cpu.cpus", cpu.cpus())));
        }
        if (cpu.mems() != null && !cpu.mems().isEmpty()) {
            properties.add(new Property("AllowedMemoryNodes", bits("cpu.mems", cpu.mems())));
        }
    }

    private static long period(LinuxResources.Cpu cpu, @Nullable Quota now) {
        Long period = cpu.period();
        return period != null && period > 0 ? period : now == null ? DEFAULT_PERIOD : now.period();
    }

    private void quota(long quota, long period) {
        add("CPUQuotaPerSecUSec", quota <= 0 ? INFINITY : perSecond(quota, period));
    }

    /** Rounded up: a container below may have been promised that much. */
    private static long perSecond(long quota, long period) {
        long micros = Math.multiplyExact(quota, MICROS) / period;
        return (micros + STEP - 1) / STEP * STEP;
    }

    private void unified(String file, String value) {
        try {
            switch (file) {
                case "cpu.idle" -> {
                    if (idle && value.equals("1")) {
                        add("CPUWeight", 0);
                    }
                }
                case "cpu.weight" -> add("CPUWeight", Long.parseLong(value));
                case "cpu.max" -> {
                    String[] parts = value.split("\\s+", -1);
                    long period = parts.length > 1 ? Long.parseLong(parts[1]) : DEFAULT_PERIOD;
                    add("CPUQuotaPeriodUSec", period);
                    quota(parts[0].equals("max") ? INFINITY : Long.parseLong(parts[0]), period);
                }
                case "cpuset.cpus" -> properties.add(new Property("AllowedCPUs", bits("unified", value)));
                case "cpuset.mems" -> properties.add(new Property("AllowedMemoryNodes", bits("unified", value)));
                // systemd takes no 0
                case "pids.max" -> add("TasksMax", value.equals("0") ? 1 : number(value));
                default -> {
                    String name = MEMORY.get(file);
                    if (name != null) {
                        add(name, number(value));
                    }
                }
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "linux.resources.unified has \"%s\" for \"%s\"; it must be a number or max".formatted(value, file),
                    e);
        }
    }

    private static long number(String value) {
        return value.equals("max") ? INFINITY : Long.parseUnsignedLong(value);
    }

    /** {@code 0-2,7} as bytes, the lowest first. */
    static Value bits(String field, String list) {
        BigInteger bits = BigInteger.ZERO;
        try {
            for (String range : list.split(",", -1)) {
                if (range.isBlank()) {
                    continue;
                }
                String[] ends = range.strip().split("-", 2);
                int first = Integer.parseInt(ends[0]);
                int last = ends.length == 1 ? first : Integer.parseInt(ends[1]);
                if (first < 0 || last < first || last >= MOST_BITS) {
                    throw new NumberFormatException(range);
                }
                bits = bits.or(BigInteger.ONE
                        .shiftLeft(last + 1 - first)
                        .subtract(BigInteger.ONE)
                        .shiftLeft(first));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "linux.resources.%s is \"%s\"; it must be a list such as 0-3,7".formatted(field, list), e);
        }
        if (bits.signum() == 0) {
            throw new IllegalArgumentException(
                    "linux.resources.%s is \"%s\", which names none; it must be a list such as 0-3,7"
                            .formatted(field, list));
        }
        byte[] big = bits.toByteArray();
        List<Value> octets = new ArrayList<>();
        // a sign in front, where the highest bit is taken, is no bit of the list
        int highest = big[0] == 0 ? 1 : 0;
        for (int i = big.length - 1; i >= highest; i--) {
            octets.add(new Value.Whole('y', big[i] & 0xff));
        }
        return new Value.Array("y", octets);
    }

    /** Callers send 0 for what they do not mean. */
    private static @Nullable Long given(@Nullable Long value) {
        return value == null || value == 0 ? null : value;
    }

    private void add(String name, long value) {
        properties.add(new Property(name, Value.size(value)));
    }
}
