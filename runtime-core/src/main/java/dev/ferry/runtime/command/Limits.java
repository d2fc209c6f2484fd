package dev.ferry.runtime.command;

import dev.ferry.runtime.command.Arguments.Usage;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxResources;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The limits that the flags of {@code update} name. */
final class Limits {
    private static final String UNITS = "bkmgtp";
    private static final Pattern SIZE =
            Pattern.compile("(\\d+(?:\\.\\d+)?) ?([bkmgtpBKMGTP]?)(?:(?<=[kmgtpKMGTP])i?[bB])?");

    private Limits() {}

    static LinuxResources of(Arguments flags) throws Usage {
        LinuxResources limits = LinuxResources.NONE;
        Long memory = bytes(flags, "memory");
        Long reservation = bytes(flags, "memory-reservation");
        Long swap = bytes(flags, "memory-swap");
        if (memory != null || reservation != null || swap != null) {
            limits = limits.withMemory(
                    new LinuxResources.Memory(memory, reservation, swap, null, null, null, null, null, null));
        }
        LinuxResources.Cpu cpu = new LinuxResources.Cpu(
                number(flags, "cpu-share"),
                number(flags, "cpu-quota"),
                number(flags, "cpu-burst"),
                number(flags, "cpu-period"),
                number(flags, "cpu-rt-runtime"),
                number(flags, "cpu-rt-period"),
                flags.value("cpuset-cpus").orElse(null),
                flags.value("cpuset-mems").orElse(null),
                number(flags, "cpu-idle"));
        limits = limits.withCpu(cpu);
        Long weight = number(flags, "blkio-weight");
        if (weight != null) {
            limits = limits.withBlockIO(new LinuxResources.BlockIo(
                    Math.toIntExact(weight), null, List.of(), List.of(), List.of(), List.of(), List.of()));
        }
        Long pids = number(flags, "pids-limit");
        return pids == null ? limits : limits.withPids(new LinuxResources.Pids(pids));
    }

    /** How its group is to share caches and memory bandwidth; empty if no flag says so. */
    static Optional<Linux.IntelRdt> shares(Arguments flags) {
        Optional<String> cache = flags.value("l3-cache-schema");
        Optional<String> bandwidth = flags.value("mem-bw-schema");
        return cache.isEmpty() && bandwidth.isEmpty()
                ? Optional.empty()
                : Optional.of(new Linux.IntelRdt(null, List.of(), cache.orElse(null), bandwidth.orElse(null), null));
    }

    /** With a unit or without, as Go's units package reads them: 64m, 1.5GiB, -1 for no limit. */
    private static @Nullable Long bytes(Arguments flags, String name) throws Usage {
        Optional<String> value = flags.value(name);
        if (value.isEmpty()) {
            return null;
        }
        if (value.get().equals("-1")) {
            return -1L;
        }
        Matcher size = SIZE.matcher(value.get());
        if (!size.matches()) {
            throw new Usage("invalid value for %s: \"%s\"; it must look like 64m, 1g or a number of bytes"
                    .formatted(name, value.get()));
        }
        int power = UNITS.indexOf(size.group(2).toLowerCase(Locale.ROOT));
        return new BigDecimal(size.group(1))
                .multiply(BigDecimal.valueOf(1024).pow(Math.max(0, power)))
                .longValue();
    }

    private static @Nullable Long number(Arguments flags, String name) throws Usage {
        Optional<String> value = flags.value(name);
        if (value.isEmpty()) {
            return null;
        }
        try {
            return Long.valueOf(value.get());
        } catch (NumberFormatException e) {
            throw new Usage("invalid value \"" + value.get() + "\" for flag -" + name + ": it must be a whole number");
        }
    }
}
