package dev.ferry.runtime.bundle;

import dev.ferry.runtime.capability.Capability;
import dev.ferry.runtime.capability.UnknownCapability;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxSeccomp;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.ProcessCapabilities;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.oci.User;
import dev.ferry.runtime.seccomp.SeccompCompiler;
import dev.ferry.runtime.seccomp.SeccompException;
import dev.ferry.runtime.seccomp.SeccompFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What a configuration comes to before anything of it is made: rights, cgroup, limits and filter. */
final class Preparation {
    /** Compiled filters, beside the containers, none of whose IDs begins with a dot. */
    private static final String FILTERS = ".seccomp";

    private static final Process WAITING = new Process(
            false,
            null,
            User.ROOT,
            List.of("/"),
            List.of(),
            "/",
            null,
            List.of(),
            false,
            null,
            null,
            null,
            null,
            null,
            null);

    private final Path root;
    private final Optional<Path> tools;
    private final Consumer<String> warnings;

    Preparation(Path root, Optional<Path> tools, Consumer<String> warnings) {
        this.root = root;
        this.tools = tools;
        this.warnings = warnings;
    }

    /** One without a process gets one that only waits: it cannot be started, and what stands behind its gate is never done. */
    Spec withRights(Spec spec) {
        Process process = spec.process();
        return spec.withProcess(withRights(process == null ? WAITING : process));
    }

    /** What the host must have, before anything is made. */
    void requireHost(Spec spec) throws RuntimeRefused, IOException {
        Linux linux = spec.linux();
        SecurityModules.ofHost().require(spec.process(), linux);
        NetworkDevices.require(linux);
        if (linux != null && linux.intelRdt() != null) {
            ResourceControl.ofHost().require(linux.intelRdt());
        }
    }

    /** Takes away what goes with the container and is neither its directory nor its cgroup. */
    void forget(String id, Spec spec) throws IOException {
        ResourceControl.ofHost()
                .forget(id, spec.linux() == null ? null : spec.linux().intelRdt());
    }

    /** None are given where none are named, and names that nobody knows are told of and left out, as runc has it. */
    Process withRights(Process process) {
        ProcessCapabilities named = process.capabilities();
        if (named == null) {
            return process.withCapabilities(ProcessCapabilities.of(List.of()));
        }
        Set<String> unknown = new TreeSet<>();
        var known = new ProcessCapabilities(
                known(named.bounding(), unknown),
                known(named.effective(), unknown),
                known(named.inheritable(), unknown),
                known(named.permitted(), unknown),
                known(named.ambient(), unknown));
        if (!unknown.isEmpty()) {
            warnings.accept("ignoring unknown or unavailable capabilities: " + String.join(" ", unknown));
        }
        return process.withCapabilities(known);
    }

    private static List<String> known(List<String> names, Set<String> unknown) {
        List<String> known = new ArrayList<>();
        for (String name : names) {
            try {
                known.add(Capability.of(name).text());
            } catch (UnknownCapability e) {
                unknown.add(name);
            }
        }
        return known;
    }

    static CgroupPath cgroupPath(String id, Spec spec) throws RuntimeRefused {
        String given = spec.linux() == null ? null : spec.linux().cgroupsPath();
        if (given == null || given.isEmpty()) {
            return CgroupPath.DEFAULT_PARENT.child(id);
        }
        try {
            Path path = Path.of(given);
            return new CgroupPath((path.isAbsolute()
                            ? path
                            : Path.of(CgroupPath.DEFAULT_PARENT.value()).resolve(path))
                    .normalize()
                    .toString());
        } catch (IllegalArgumentException e) {
            throw new RuntimeRefused("linux.cgroupsPath: " + e.getMessage(), e);
        }
    }

    static void requireEmpty(Cgroup cgroup) throws RuntimeRefused, IOException {
        if (cgroup.exists() && !cgroup.pids().isEmpty()) {
            throw new RuntimeRefused(
                    "container's cgroup is not empty: %d process(es) found in \"%s\"; end them, or name another in linux.cgroupsPath"
                            .formatted(cgroup.pids().size(), cgroup.path()));
        }
    }

    /** With the devices that every container has, whatever else it may use. config-linux.md, "Default Devices" */
    static LinuxResources resources(Spec spec) {
        LinuxResources given = spec.linux() == null ? null : spec.linux().resources();
        if (given == null) {
            return LinuxResources.NONE;
        }
        if (given.devices().isEmpty()) {
            return given;
        }
        List<LinuxResources.DeviceRule> rules = new ArrayList<>(given.devices());
        DefaultSpec.DEVICE_RULES.stream()
                .filter(LinuxResources.DeviceRule::allow)
                .forEach(rules::add);
        return given.withDevices(rules);
    }

    /** The program of its filter; empty without one. */
    Optional<SeccompFilter> filter(Spec spec) throws RuntimeRefused {
        LinuxSeccomp seccomp = spec.linux() == null ? null : spec.linux().seccomp();
        if (seccomp == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(SeccompCompiler.ofHost(tools, Optional.of(root.resolve(FILTERS)))
                    .compileListened(seccomp));
        } catch (SeccompException e) {
            throw new RuntimeRefused("linux.seccomp: " + e.getMessage(), e);
        }
    }
}
