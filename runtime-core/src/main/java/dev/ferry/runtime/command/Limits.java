package dev.ferry.runtime.command;

import dev.ferry.runtime.command.Arguments.Usage;
import dev.ferry.runtime.oci.LinuxResources;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The limits that the flags of {@code update} name. */
final class Limits {
    private Limits() {}

    static LinuxResources of(Arguments flags) throws Usage {
        LinuxResources limits = LinuxResources.NONE;
        Long memory = number(flags, "memory");
        Long reservation = number(flags, "memory-reservation");
        Long swap = number(flags, "memory-swap");
        if (memory != null || reservation != null || swap != null) {
            limits = limits.withMemory(
                    new LinuxResources.Memory(memory, reservation, swap, null, null, null, null, null, null));
        }
        LinuxResources.Cpu cpu = new LinuxResources.Cpu(
                number(flags, "cpu-share"),
                number(flags, "cpu-quota"),
                number(flags, "cpu-burst"),
                number(flags, "cpu-period"),
                null,
                null,
                flags.value("cpuset-cpus").orElse(null),
                flags.value("cpuset-mems").orElse(null),
                null);
        limits = limits.withCpu(cpu);
        Long pids = number(flags, "pids-limit");
        return pids == null ? limits : limits.withPids(new LinuxResources.Pids(pids));
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
