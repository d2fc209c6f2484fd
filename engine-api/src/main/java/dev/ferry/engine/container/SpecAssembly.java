package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Mount;
import dev.ferry.api.model.container.Ulimit;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.profiles.profile.InvalidProfile;
import dev.ferry.profiles.profile.KernelVersion;
import dev.ferry.profiles.profile.ProfileLibrary;
import dev.ferry.profiles.profile.ProfileTarget;
import dev.ferry.profiles.profile.ResolvedProfile;
import dev.ferry.profiles.profile.SeccompProfile;
import dev.ferry.runtime.capability.Capability;
import dev.ferry.runtime.capability.CapabilitySet;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.InvalidSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.LinuxSeccomp;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Process.ConsoleSize;
import dev.ferry.runtime.oci.Process.Rlimit;
import dev.ferry.runtime.oci.Spec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Turns what a container was asked to be into the runtime's configuration. Pure but for the host's facts it is given. */
public final class SpecAssembly {

    private static final long DEFAULT_SHM = 64L << 20;

    private final CapabilitySet available;
    private final KernelVersion kernel;
    private final Map<Wanted, Optional<LinuxSeccomp>> resolved = new ConcurrentHashMap<>();

    /** What a profile of the library was resolved for. */
    private record Wanted(String profile, List<String> capabilities) {}

    /**
     * For a host.
     *
     * @param available the capabilities that this engine can hand on
     */
    public SpecAssembly(CapabilitySet available, KernelVersion kernel) {
        this.available = available;
        this.kernel = kernel;
    }

    /**
     * The configuration of a container's next incarnation.
     *
     * @param accounts the container's own users and groups
     * @param network the pinned network namespace; empty for the host's
     * @param cgroup the container's cgroup
     * @param attached what it sees of the host and of volumes
     */
    public Spec assemble(
            ContainerRecord record,
            Accounts accounts,
            Optional<Path> network,
            String cgroup,
            List<dev.ferry.runtime.oci.Mount> attached) {
        ContainerConfig config = record.config();
        HostConfig host = record.host();
        Accounts.Account account =
                accounts.resolve(config.user(), host.groupAdd() == null ? List.of() : host.groupAdd());
        SecurityOptions security = SecurityOptions.parse(host.securityOpt());
        List<String> capabilities = capabilities(host).names();

        DefaultSpec spec = DefaultSpec.builder()
                .root("rootfs", host.readonlyRootfs())
                .arguments(InitFile.arguments(record))
                .environment(environment(config, account))
                .workingDirectory(config.workingDir().isEmpty() ? "/" : config.workingDir())
                .user(account.user())
                .capabilities(capabilities)
                .noNewPrivileges(security.noNewPrivileges())
                .rlimits(rlimits(host.resources().ulimits()))
                .oomScoreAdj(host.oomScoreAdj())
                .sharedMemory(host.shmSize() > 0 ? host.shmSize() : DEFAULT_SHM)
                .resources(Limits.of(host.resources()))
                .cgroupsPath(cgroup);
        if (config.tty()) {
            List<Integer> size = host.consoleSize();
            spec.terminal(
                    size == null || size.size() != 2 || size.getFirst() == 0
                            ? null
                            : new ConsoleSize(size.getFirst(), size.getLast()));
        }
        if (host.privileged()) {
            spec.privileged();
        }
        namespaces(spec, config, host, network);
        mounts(spec, host, attached);
        paths(spec, host, security);
        DeviceRules.apply(spec, host.resources());
        host.sysctls().forEach(spec::sysctl);
        host.annotations().forEach(spec::annotation);
        boolean asked =
                host.securityOpt() != null && host.securityOpt().stream().anyMatch(o -> o.startsWith("seccomp"));
        return host.privileged() && !asked ? spec.build() : withSeccomp(spec.build(), security, capabilities);
    }

    /** What a container gets that asks for nothing, as far as its filter goes. */
    Spec usual() {
        List<String> capabilities =
                CapabilitySet.resolve(List.of(), List.of(), available).names();
        return withSeccomp(
                DefaultSpec.builder().capabilities(capabilities).build(), SecurityOptions.parse(null), capabilities);
    }

    /** The capabilities that a container gets, after docker's rule. */
    CapabilitySet capabilities(HostConfig host) {
        if (host.privileged()) {
            return available;
        }
        try {
            return CapabilitySet.resolve(orEmpty(host.capAdd()), orEmpty(host.capDrop()), available);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest("container.capability", String.valueOf(e.getMessage()), e);
        }
    }

    /** Reads the profile that was asked for, so that a bad one is refused when the container is made. */
    static void checkProfile(HostConfig host) {
        SecurityOptions security = SecurityOptions.parse(host.securityOpt());
        profile(security);
        for (String name : orEmpty(host.capAdd())) {
            checkCapability(name);
        }
        for (String name : orEmpty(host.capDrop())) {
            checkCapability(name);
        }
    }

    private static void checkCapability(String name) {
        if (!name.toUpperCase(Locale.ROOT).equals("ALL")) {
            try {
                Capability.of(name);
            } catch (IllegalArgumentException e) {
                throw new InvalidRequest(
                        "container.capability", "invalid capability: unknown capability: \"" + name + "\"", e);
            }
        }
    }

    private Spec withSeccomp(Spec spec, SecurityOptions security, List<String> capabilities) {
        // resolving a profile takes longer than starting a container; those that users bring are resolved each time
        Optional<LinuxSeccomp> filter = ProfileLibrary.named(security.seccomp()).isEmpty()
                ? seccomp(security, capabilities)
                : resolved.computeIfAbsent(
                        new Wanted(security.seccomp(), capabilities), wanted -> seccomp(security, capabilities));
        if (spec.linux() == null) {
            throw new AssertionError("the default configuration has a Linux part");
        }
        return filter.isEmpty() ? spec : spec.withLinux(spec.linux().withSeccomp(filter.get()));
    }

    private Optional<LinuxSeccomp> seccomp(SecurityOptions security, List<String> capabilities) {
        ResolvedProfile profile = profile(security).resolve(ProfileTarget.here(new HashSet<>(capabilities), kernel));
        if (profile.isUnconfined()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OciJson.readSeccomp(profile.toJson()));
        } catch (InvalidSpec e) {
            throw new InvalidRequest("security.seccomp", "seccomp profile: " + e.getMessage(), e);
        }
    }

    private static SeccompProfile profile(SecurityOptions security) {
        Optional<SeccompProfile> named = ProfileLibrary.named(security.seccomp());
        if (named.isPresent()) {
            return named.get();
        }
        try {
            return SeccompProfile.read(security.seccomp().getBytes(StandardCharsets.UTF_8), "security-opt");
        } catch (InvalidProfile e) {
            throw new InvalidRequest("security.seccomp", "opening seccomp profile failed: " + e.getMessage(), e);
        }
    }

    private static List<String> environment(ContainerConfig config, Accounts.Account account) {
        List<String> env = new ArrayList<>(config.env());
        addIfMissing(env, "HOSTNAME", config.hostname());
        if (config.tty()) {
            addIfMissing(env, "TERM", "xterm");
        }
        addIfMissing(env, "HOME", account.home());
        return env;
    }

    private static void addIfMissing(List<String> env, String name, String value) {
        if (env.stream().noneMatch(entry -> entry.startsWith(name + "="))) {
            env.add(name + "=" + value);
        }
    }

    private static void namespaces(DefaultSpec spec, ContainerConfig config, HostConfig host, Optional<Path> network) {
        if (network.isPresent()) {
            spec.joinNamespace(NamespaceKind.NETWORK, network.get().toString());
        } else {
            spec.hostNamespace(NamespaceKind.NETWORK);
        }
        if (host.utsMode().equals("host")) {
            spec.hostNamespace(NamespaceKind.UTS);
        } else {
            spec.hostname(config.hostname());
            if (!config.domainname().isEmpty()) {
                spec.domainname(config.domainname());
            }
        }
        if (host.ipcMode().equals("host")) {
            spec.hostNamespace(NamespaceKind.IPC);
        }
        if (host.pidMode().equals("host")) {
            spec.hostNamespace(NamespaceKind.PID);
        }
        if (host.cgroupnsMode().equals("host")) {
            spec.hostNamespace(NamespaceKind.CGROUP);
        }
    }

    /** What is above comes first, or it would hide what is below it. */
    private static void mounts(DefaultSpec spec, HostConfig host, List<dev.ferry.runtime.oci.Mount> attached) {
        List<dev.ferry.runtime.oci.Mount> all = new ArrayList<>(attached);
        all.addAll(TmpfsMounts.of(host));
        all.sort(java.util.Comparator.comparingInt(
                mount -> Path.of(mount.destination()).normalize().getNameCount()));
        all.forEach(spec::mount);
    }

    /** The directories of the host that a container sees. */
    static List<BindSpec> binds(HostConfig host) {
        List<BindSpec> binds = new ArrayList<>();
        for (String text : orEmpty(host.binds())) {
            binds.add(BindSpec.parse(text));
        }
        for (Mount mount : host.mounts()) {
            if (mount.type().equals("bind")) {
                binds.add(BindSpec.of(mount));
            }
        }
        return binds;
    }

    private static void paths(DefaultSpec spec, HostConfig host, SecurityOptions security) {
        if (host.maskedPaths() != null) {
            spec.maskedPaths(host.maskedPaths());
        }
        if (host.readonlyPaths() != null) {
            spec.readonlyPaths(host.readonlyPaths());
        }
        if (security.systemPathsUnconfined()) {
            spec.maskedPaths(List.of());
            spec.readonlyPaths(List.of());
        }
    }

    private static List<Rlimit> rlimits(List<Ulimit> ulimits) {
        return ulimits.stream()
                .map(u -> new Rlimit("RLIMIT_" + u.name().toUpperCase(Locale.ROOT), u.soft(), u.hard()))
                .toList();
    }

    /** Swap can be limited only where the kernel counts it; elsewhere the limit of memory stands alone. */
    static LinuxResources withoutSwap(LinuxResources limits) {
        var m = limits.memory();
        return m == null
                ? limits
                : limits.withMemory(new LinuxResources.Memory(
                        m.limit(),
                        m.reservation(),
                        null,
                        null,
                        null,
                        m.swappiness(),
                        m.disableOOMKiller(),
                        null,
                        null));
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }
}
