package dev.ferry.runtime.oci;

import dev.ferry.runtime.oci.LinuxResources.DeviceRule;
import dev.ferry.runtime.oci.Process.ConsoleSize;
import dev.ferry.runtime.oci.Process.Rlimit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration that a container gets unless it asks for something else: what docker users expect, written out in full.
 *
 * <p>Own pid, mount, uts, ipc, network and cgroup namespaces; proc, {@code /dev} with devpts, shm and mqueue, a read-only sysfs
 * and cgroup tree; fourteen capabilities; kernel knobs masked or read-only. Every setter changes one part and returns the builder.
 */
public final class DefaultSpec {
    private static final List<String> KERNEL_MOUNT = List.of("nosuid", "noexec", "nodev");

    /** Paths whose content would tell about the host or reach into it. */
    public static final List<String> MASKED_PATHS = List.of(
            "/proc/asound",
            "/proc/acpi",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");

    /** Paths that may be read but not written. */
    public static final List<String> READONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** The capabilities that root in a container keeps. */
    public static final List<String> CAPABILITIES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_MKNOD",
            "CAP_NET_RAW",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETFCAP",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_CHROOT",
            "CAP_KILL",
            "CAP_AUDIT_WRITE");

    /** The nodes that the runtime makes in every {@code /dev}, asked or not. config-linux.md, "Default Devices". */
    public static final List<LinuxDevice> DEVICES = List.of(
            node("/dev/null", 1, 3),
            node("/dev/zero", 1, 5),
            node("/dev/full", 1, 7),
            node("/dev/random", 1, 8),
            node("/dev/urandom", 1, 9),
            node("/dev/tty", 5, 0));

    /** Nothing but making nodes, the devices above and terminals. */
    public static final List<DeviceRule> DEVICE_RULES = List.of(
            new DeviceRule(false, "a", null, null, "rwm"),
            new DeviceRule(true, "c", null, null, "m"),
            new DeviceRule(true, "b", null, null, "m"),
            allow(1, 3),
            allow(1, 5),
            allow(1, 7),
            allow(1, 8),
            allow(1, 9),
            allow(5, 0),
            allow(5, 2),
            new DeviceRule(true, "c", 136L, null, "rwm"));

    private final Map<NamespaceKind, LinuxNamespace> namespaces = new EnumMap<>(NamespaceKind.class);
    private final Map<String, Mount> mounts = new LinkedHashMap<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final Map<String, String> sysctl = new LinkedHashMap<>();
    private final List<LinuxDevice> devices = new ArrayList<>();
    private final List<DeviceRule> deviceRules = new ArrayList<>(DEVICE_RULES);
    private String root = "rootfs";
    private boolean readonlyRoot;
    private List<String> arguments = List.of("sh");
    private List<String> environment =
            List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm");
    private String workingDirectory = "/";
    private User user = User.ROOT;
    private ProcessCapabilities capabilities = ProcessCapabilities.of(CAPABILITIES);
    private List<Rlimit> rlimits = List.of();
    private List<String> maskedPaths = MASKED_PATHS;
    private List<String> readonlyPaths = READONLY_PATHS;
    private LinuxResources resources = LinuxResources.NONE;
    private boolean terminal;
    private boolean noNewPrivileges;
    private @Nullable ConsoleSize consoleSize;
    private @Nullable Integer oomScoreAdj;
    private @Nullable String hostname;
    private @Nullable String domainname;
    private @Nullable String cgroupsPath;
    private @Nullable LinuxSeccomp seccomp;

    private DefaultSpec() {
        for (NamespaceKind kind : List.of(
                NamespaceKind.PID,
                NamespaceKind.NETWORK,
                NamespaceKind.MOUNT,
                NamespaceKind.IPC,
                NamespaceKind.UTS,
                NamespaceKind.CGROUP)) {
            namespaces.put(kind, LinuxNamespace.fresh(kind));
        }
        mount(new Mount("/proc", "proc", "proc", KERNEL_MOUNT));
        mount(new Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")));
        mount(new Mount(
                "/dev/pts",
                "devpts",
                "devpts",
                List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")));
        mount(new Mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")));
        mount(new Mount("/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "relatime", "ro")));
        mount(new Mount("/dev/mqueue", "mqueue", "mqueue", KERNEL_MOUNT));
        sharedMemory(64L << 20);
    }

    /** A builder that holds all the defaults. */
    public static DefaultSpec builder() {
        return new DefaultSpec();
    }

    /** Where the root file system is described to lie; the runtime mounts it from elsewhere when told so. */
    public DefaultSpec root(String path, boolean readonly) {
        root = path;
        readonlyRoot = readonly;
        return this;
    }

    /** The program and its arguments. */
    public DefaultSpec arguments(List<String> value) {
        arguments = List.copyOf(value);
        return this;
    }

    /** The whole environment, {@code NAME=value}; replaces the default one. */
    public DefaultSpec environment(List<String> value) {
        environment = List.copyOf(value);
        return this;
    }

    /** Absolute path inside the container. */
    public DefaultSpec workingDirectory(String value) {
        workingDirectory = value;
        return this;
    }

    /** Whom the program runs as. */
    public DefaultSpec user(User value) {
        user = value;
        return this;
    }

    /** Gives the program a terminal of that size; null for the kernel's default size. */
    public DefaultSpec terminal(@Nullable ConsoleSize size) {
        terminal = true;
        consoleSize = size;
        return this;
    }

    /** Bounding, effective and permitted capabilities; replaces the default fourteen. */
    public DefaultSpec capabilities(List<String> names) {
        capabilities = ProcessCapabilities.of(names);
        return this;
    }

    /** All five sets. */
    public DefaultSpec capabilities(ProcessCapabilities value) {
        capabilities = value;
        return this;
    }

    /** Whether setuid programs lose their effect. */
    public DefaultSpec noNewPrivileges(boolean value) {
        noNewPrivileges = value;
        return this;
    }

    /** Resource limits; none by default. */
    public DefaultSpec rlimits(List<Rlimit> value) {
        rlimits = List.copyOf(value);
        return this;
    }

    /** −1000 to 1000. */
    public DefaultSpec oomScoreAdj(int value) {
        oomScoreAdj = value;
        return this;
    }

    /** Name of the container's machine. */
    public DefaultSpec hostname(String value) {
        hostname = value;
        return this;
    }

    /** NIS domain name. */
    public DefaultSpec domainname(String value) {
        domainname = value;
        return this;
    }

    /** Adds a mount; it takes the place of a default mount at the same destination. */
    public final DefaultSpec mount(Mount value) {
        mounts.put(value.destination(), value);
        return this;
    }

    /** Leaves a mount out. */
    public DefaultSpec withoutMount(String destination) {
        mounts.remove(destination);
        return this;
    }

    /** Size of {@code /dev/shm} in bytes; 64 MiB by default. */
    public final DefaultSpec sharedMemory(long bytes) {
        return mount(new Mount(
                "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + bytes)));
    }

    /** Joins a namespace instead of making one. */
    public DefaultSpec joinNamespace(NamespaceKind kind, String path) {
        namespaces.put(kind, new LinuxNamespace(kind, path));
        return this;
    }

    /** Makes a namespace of that kind for the container. */
    public DefaultSpec freshNamespace(NamespaceKind kind) {
        namespaces.put(kind, LinuxNamespace.fresh(kind));
        return this;
    }

    /** Shares the runtime's namespace. */
    public DefaultSpec hostNamespace(NamespaceKind kind) {
        namespaces.remove(kind);
        return this;
    }

    /** Limits; device rules in it come after the default ones. */
    public DefaultSpec resources(LinuxResources value) {
        resources = value;
        return this;
    }

    /** Adds a device node and the right to use it in these ways (of r, w, m). */
    public DefaultSpec device(LinuxDevice value, String access) {
        devices.add(value);
        return deviceRule(new DeviceRule(true, value.type(), value.major(), value.minor(), access));
    }

    /** Adds a device rule behind those that are there. */
    public DefaultSpec deviceRule(DeviceRule value) {
        deviceRules.add(value);
        return this;
    }

    /** Adds a kernel setting for the container's namespaces, {@code net.ipv4.ip_forward} = {@code 1}. */
    public DefaultSpec sysctl(String name, String value) {
        sysctl.put(name, value);
        return this;
    }

    /** The container's cgroup, absolute from the top of each hierarchy. */
    public DefaultSpec cgroupsPath(String value) {
        cgroupsPath = value;
        return this;
    }

    /** Replaces {@link #MASKED_PATHS}. */
    public DefaultSpec maskedPaths(List<String> value) {
        maskedPaths = List.copyOf(value);
        return this;
    }

    /** Replaces {@link #READONLY_PATHS}. */
    public DefaultSpec readonlyPaths(List<String> value) {
        readonlyPaths = List.copyOf(value);
        return this;
    }

    /** The filter; none by default. */
    public DefaultSpec seccomp(LinuxSeccomp value) {
        seccomp = value;
        return this;
    }

    /** Adds an annotation. */
    public DefaultSpec annotation(String name, String value) {
        annotations.put(name, value);
        return this;
    }

    /**
     * Takes the walls down as {@code docker run --privileged} does: nothing masked, kernel trees writable, every device usable.
     * Capabilities and filter are set by the caller, who knows what this kernel has.
     */
    public DefaultSpec privileged() {
        maskedPaths = List.of();
        readonlyPaths = List.of();
        deviceRules.clear();
        deviceRules.add(new DeviceRule(true, "a", null, null, "rwm"));
        mount(new Mount("/sys", "sysfs", "sysfs", KERNEL_MOUNT));
        return mount(new Mount("/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "relatime")));
    }

    /** The configuration. */
    public Spec build() {
        var rules = new ArrayList<>(deviceRules);
        rules.addAll(resources.devices());
        var process = new Process(
                terminal,
                consoleSize,
                user,
                arguments,
                environment,
                workingDirectory,
                capabilities,
                rlimits,
                noNewPrivileges,
                null,
                oomScoreAdj,
                null,
                null,
                null,
                null);
        var linux = new Linux(
                devices,
                Map.of(),
                List.of(),
                List.of(),
                sysctl,
                cgroupsPath,
                resources.withDevices(rules),
                null,
                seccomp,
                null,
                List.copyOf(namespaces.values()),
                maskedPaths,
                readonlyPaths,
                null,
                null,
                null,
                null);
        return new Spec(
                Spec.VERSION,
                new Root(root, readonlyRoot),
                process,
                hostname,
                domainname,
                List.copyOf(mounts.values()),
                null,
                linux,
                annotations);
    }

    private static LinuxDevice node(String path, long major, long minor) {
        return new LinuxDevice(path, "c", major, minor, 0666, 0L, 0L);
    }

    private static DeviceRule allow(long major, long minor) {
        return new DeviceRule(true, "c", major, minor, "rwm");
    }
}
