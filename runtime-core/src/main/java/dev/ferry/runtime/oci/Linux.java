package dev.ferry.runtime.oci;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Everything of a container that only Linux has. config-linux.md */
public record Linux(
        List<LinuxDevice> devices,
        Map<String, NetDevice> netDevices,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        Map<String, String> sysctl,
        @Nullable String cgroupsPath,
        @Nullable LinuxResources resources,
        @Nullable String rootfsPropagation,
        @Nullable LinuxSeccomp seccomp,
        @Nullable TimeOffsets timeOffsets,
        List<LinuxNamespace> namespaces,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        @Nullable String mountLabel,
        @Nullable Personality personality,
        @Nullable IntelRdt intelRdt,
        @Nullable MemoryPolicy memoryPolicy) {

    public Linux {
        devices = Required.list(devices);
        netDevices = Required.map(netDevices);
        uidMappings = Required.list(uidMappings);
        gidMappings = Required.list(gidMappings);
        sysctl = Required.map(sysctl);
        namespaces = Required.list(namespaces);
        maskedPaths = Required.list(maskedPaths);
        readonlyPaths = Required.list(readonlyPaths);
        var seen = EnumSet.noneOf(NamespaceKind.class);
        for (LinuxNamespace namespace : namespaces) {
            if (!seen.add(namespace.type())) {
                throw new IllegalArgumentException(
                        "linux.namespaces names \"%s\" twice; a container has one namespace of a kind"
                                .formatted(namespace.type()));
            }
        }
    }

    /** The entry for a kind of namespace; empty when the container shares the runtime's. */
    public Optional<LinuxNamespace> namespace(NamespaceKind kind) {
        return namespaces.stream().filter(n -> n.type() == kind).findFirst();
    }

    /** The same with another filter. */
    public Linux withSeccomp(@Nullable LinuxSeccomp other) {
        return new Linux(
                devices,
                netDevices,
                uidMappings,
                gidMappings,
                sysctl,
                cgroupsPath,
                resources,
                rootfsPropagation,
                other,
                timeOffsets,
                namespaces,
                maskedPaths,
                readonlyPaths,
                mountLabel,
                personality,
                intelRdt,
                memoryPolicy);
    }

    /** The same with other namespaces. */
    public Linux withNamespaces(List<LinuxNamespace> other) {
        return new Linux(
                devices,
                netDevices,
                uidMappings,
                gidMappings,
                sysctl,
                cgroupsPath,
                resources,
                rootfsPropagation,
                seccomp,
                timeOffsets,
                other,
                maskedPaths,
                readonlyPaths,
                mountLabel,
                personality,
                intelRdt,
                memoryPolicy);
    }

    /** The same with other resources. */
    public Linux withResources(LinuxResources other) {
        return new Linux(
                devices,
                netDevices,
                uidMappings,
                gidMappings,
                sysctl,
                cgroupsPath,
                other,
                rootfsPropagation,
                seccomp,
                timeOffsets,
                namespaces,
                maskedPaths,
                readonlyPaths,
                mountLabel,
                personality,
                intelRdt,
                memoryPolicy);
    }

    /** A network interface of the runtime's namespace that moves into the container, perhaps under another name. */
    public record NetDevice(@Nullable String name) {}

    /** How far the container's clocks are ahead. time_namespaces(7) */
    public record TimeOffsets(
            @Nullable Offset monotonic, @Nullable Offset boottime) {

        /** One clock's offset. */
        public record Offset(long secs, long nanosecs) {}
    }

    /** Execution domain. personality(2) */
    public record Personality(@Nullable String domain, List<String> flags) {

        public Personality {
            flags = Required.list(flags);
        }
    }

    /** Cache and memory bandwidth allocation of Intel CPUs. */
    public record IntelRdt(
            @Nullable String closID,
            List<String> schemata,
            @Nullable String l3CacheSchema,
            @Nullable String memBwSchema,
            @Nullable Boolean enableMonitoring) {

        public IntelRdt {
            schemata = Required.list(schemata);
        }
    }

    /** NUMA policy of the program. set_mempolicy(2) */
    public record MemoryPolicy(
            @Nullable String mode, @Nullable String nodes, List<String> flags) {

        public MemoryPolicy {
            flags = Required.list(flags);
        }
    }
}
