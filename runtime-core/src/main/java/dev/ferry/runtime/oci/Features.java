package dev.ferry.runtime.oci;

import java.util.List;
import java.util.Map;

/**
 * What a runtime can do, whatever host it is on: the document of the {@code features} verb. features.md, features-linux.md
 *
 * @param hooks kinds of hooks that are run
 * @param mountOptions all that are understood
 * @param annotations what the specification has no words for, under names of runc
 */
public record Features(
        String ociVersionMin,
        String ociVersionMax,
        List<String> hooks,
        List<String> mountOptions,
        OnLinux linux,
        Map<String, String> annotations) {
    public Features {
        annotations = Map.copyOf(annotations);
        hooks = List.copyOf(hooks);
        mountOptions = List.copyOf(mountOptions);
    }

    /**
     * What only Linux has.
     *
     * @param namespaces kinds that can be made or joined
     * @param capabilities all that are known by name
     */
    public record OnLinux(
            List<NamespaceKind> namespaces,
            List<String> capabilities,
            Cgroups cgroup,
            Seccomp seccomp,
            Enabled apparmor,
            Enabled selinux,
            Enabled intelRdt,
            Enabled netDevices,
            MountExtensions mountExtensions) {
        public OnLinux {
            namespaces = List.copyOf(namespaces);
            capabilities = List.copyOf(capabilities);
        }
    }

    /** Which versions of control groups, and whether systemd can make them. */
    public record Cgroups(boolean v1, boolean v2, boolean systemd, boolean systemdUser, boolean rdma) {}

    /** Words that a filter may use. */
    public record Seccomp(
            boolean enabled,
            List<LinuxSeccomp.Action> actions,
            List<LinuxSeccomp.Operator> operators,
            List<LinuxSeccomp.Arch> archs,
            List<LinuxSeccomp.Flag> knownFlags,
            List<LinuxSeccomp.Flag> supportedFlags) {
        public Seccomp {
            actions = List.copyOf(actions);
            operators = List.copyOf(operators);
            archs = List.copyOf(archs);
            knownFlags = List.copyOf(knownFlags);
            supportedFlags = List.copyOf(supportedFlags);
        }
    }

    /** Whether there is such a thing. */
    public record Enabled(boolean enabled) {}

    /** What mounts may have beside options. */
    public record MountExtensions(Enabled idmap) {}
}
