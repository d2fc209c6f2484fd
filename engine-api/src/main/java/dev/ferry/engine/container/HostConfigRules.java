package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Mount;
import dev.ferry.api.model.container.Resources;
import dev.ferry.api.model.container.RestartPolicy;
import dev.ferry.api.model.network.NetworkingConfig;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of a container's surroundings. A field that this engine does not serve is refused with the way round it, never
 * ignored; only the neutral values that clients always send pass.
 */
final class HostConfigRules {

    /** moby's smallest memory limit. */
    private static final long LEAST_MEMORY = 6L << 20;

    private HostConfigRules() {}

    /**
     * Checks everything.
     *
     * @param bridged whether there is a default network
     * @return warnings for the answer
     * @throws InvalidRequest for values that no engine could serve
     * @throws Unsupported for values that this one does not
     */
    static List<String> check(
            ContainerConfig config,
            HostConfig host,
            NetworkingConfig networking,
            ImageDefaults image,
            boolean bridged) {
        List<String> warnings = new ArrayList<>();
        config(config, image, warnings);
        NetworkRules.check(config, host, networking, bridged, warnings);
        memory(host.resources());
        resources(host.resources());
        mounts(host);
        namespaces(host);
        lifetime(host);
        rest(host);
        return List.copyOf(warnings);
    }

    private static void config(ContainerConfig config, ImageDefaults image, List<String> warnings) {
        if (config.healthcheck() != null
                && !config.healthcheck().test().isEmpty()
                && !config.healthcheck().test().getFirst().equals("NONE")) {
            throw no("a health check", "leave --health-cmd out; docker exec can run the same command");
        }
        if (config.volumes() != null && !config.volumes().isEmpty()) {
            throw no("an anonymous volume", "bind a directory of the host: -v /path/on/host:/path");
        }
        if (!config.macAddress().isEmpty()) {
            throw no("a MAC address", "leave --mac-address out");
        }
        if (image.hasVolumes()) {
            warnings.add("The image declares volumes: their paths stay in the container's writable layer.");
        }
        if (image.hasHealthcheck()) {
            warnings.add("The image declares a health check: it is not run.");
        }
        if (!config.workingDir().isEmpty() && !config.workingDir().startsWith("/")) {
            throw new InvalidRequest(
                    "container.workdir",
                    "the working directory '" + config.workingDir() + "' is invalid, it needs to be an absolute path");
        }
        for (String entry : config.env()) {
            if (entry.isEmpty() || entry.startsWith("=") || entry.indexOf(0) >= 0) {
                throw new InvalidRequest("container.env", "invalid environment variable: " + entry);
            }
        }
        if (!config.stopSignal().isEmpty()) {
            SignalName.number(config.stopSignal());
        }
        if (config.stopTimeout() != null && config.stopTimeout() < -1) {
            throw new InvalidRequest("container.stop-timeout", "invalid stop timeout " + config.stopTimeout());
        }
    }

    private static void memory(Resources r) {
        if (r.memory() != 0 && r.memory() < LEAST_MEMORY) {
            throw new InvalidRequest("container.memory", "Minimum memory limit allowed is 6MB");
        }
        if (r.memorySwap() > 0 && r.memory() == 0) {
            throw new InvalidRequest(
                    "container.memory",
                    "You should always set the Memory limit when using Memoryswap limit, see usage");
        }
        if (r.memorySwap() > 0 && r.memorySwap() < r.memory()) {
            throw new InvalidRequest(
                    "container.memory", "Minimum memoryswap limit should be larger than memory limit, see usage");
        }
        Long swappiness = r.memorySwappiness();
        if (swappiness != null && (swappiness < -1 || swappiness > 100)) {
            throw new InvalidRequest(
                    "container.memory", "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
        }
        if (r.memory() > 0 && r.memoryReservation() > 0 && r.memory() < r.memoryReservation()) {
            throw new InvalidRequest(
                    "container.memory",
                    "Minimum memory limit can not be less than memory reservation limit, see usage");
        }
    }

    private static void resources(Resources r) {
        if (r.nanoCpus() > 0 && (r.cpuPeriod() > 0 || r.cpuQuota() > 0)) {
            throw new InvalidRequest(
                    "container.cpu", "Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set");
        }
        if (r.nanoCpus() < 0) {
            throw new InvalidRequest("container.cpu", "range of CPUs is from 0.01 up");
        }
        if (r.cpuPeriod() != 0 && (r.cpuPeriod() < 1000 || r.cpuPeriod() > 1000000)) {
            throw new InvalidRequest(
                    "container.cpu",
                    "CPU cfs period cannot be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        }
        if (r.cpuQuota() > 0 && r.cpuQuota() < 1000) {
            throw new InvalidRequest("container.cpu", "CPU cfs quota cannot be less than 1ms (i.e. 1000)");
        }
        String io = "limits of block devices";
        String leave = "leave the --blkio and --device-read/write options out";
        if (r.blkioWeight() != 0) {
            throw no(io, leave);
        }
        refuseAny(r.blkioWeightDevice(), io, leave);
        refuseAny(r.blkioDeviceReadBps(), io, leave);
        refuseAny(r.blkioDeviceWriteBps(), io, leave);
        refuseAny(r.blkioDeviceReadIOps(), io, leave);
        refuseAny(r.blkioDeviceWriteIOps(), io, leave);
        if (r.cpuRealtimePeriod() != 0 || r.cpuRealtimeRuntime() != 0) {
            throw no("real-time scheduling", "use --cpu-shares or --cpus");
        }
        refuseAny(r.deviceRequests(), "device requests such as GPUs", "pass single devices with --device");
        if (r.kernelMemory() != 0 || r.kernelMemoryTcp() != 0) {
            throw no("a limit of kernel memory", "use --memory, which counts it");
        }
        if (Boolean.TRUE.equals(r.init())) {
            throw no("an init process", "leave --init out; the program in the container is process 1");
        }
        if (r.cpuCount() != 0 || r.cpuPercent() != 0 || r.ioMaximumIOps() != 0 || r.ioMaximumBandwidth() != 0) {
            throw new InvalidRequest(
                    "container.windows", "invalid option: CPU and IO limits of Windows on a Linux engine");
        }
        if (!r.cgroupParent().isEmpty()
                && (!r.cgroupParent().startsWith("/") || r.cgroupParent().contains(".."))) {
            throw new InvalidRequest(
                    "container.cgroup-parent",
                    "cgroup parent \"" + r.cgroupParent() + "\" must be an absolute path without \"..\"");
        }
    }

    private static void mounts(HostConfig host) {
        if (host.binds() != null) {
            host.binds().forEach(BindSpec::parse);
        }
        for (Mount mount : host.mounts()) {
            if (!mount.target().startsWith("/")) {
                throw new InvalidRequest(
                        "container.mount",
                        "invalid mount config for type \"" + mount.type() + "\": invalid mount path: '" + mount.target()
                                + "' mount path must be absolute");
            }
            switch (mount.type()) {
                case "bind" -> BindSpec.of(mount);
                case "tmpfs" -> {}
                case "volume" -> throw no("a named volume", "bind a directory of the host: --mount type=bind,…");
                case "image" -> throw no("a mounted image", "copy what is needed into a directory and bind it");
                default -> throw new InvalidRequest("container.mount", "mount type \"" + mount.type() + "\" unknown");
            }
        }
        refuseAny(host.volumesFrom(), "volumes of another container", "bind the same directories of the host");
        if (!host.volumeDriver().isEmpty()) {
            throw no("volume driver \"" + host.volumeDriver() + "\"", "bind a directory of the host");
        }
        if (!host.storageOpt().isEmpty()) {
            throw no("a size limit of the writable layer", "leave --storage-opt out");
        }
        for (String path : host.tmpfs().keySet()) {
            if (!path.startsWith("/")) {
                throw new InvalidRequest(
                        "container.tmpfs", "invalid mount path: '" + path + "' mount path must be absolute");
            }
        }
    }

    private static void namespaces(HostConfig host) {
        if (!List.of("", "private", "shareable", "host", "none").contains(host.ipcMode())) {
            throw host.ipcMode().startsWith("container:")
                    ? no("another container's IPC", "use --ipc private or host")
                    : new InvalidRequest("container.ipc", "invalid IPC mode: " + host.ipcMode());
        }
        if (!List.of("", "host").contains(host.pidMode())) {
            throw host.pidMode().startsWith("container:")
                    ? no("another container's processes", "leave --pid out, or use --pid host")
                    : new InvalidRequest("container.pid", "invalid PID mode: " + host.pidMode());
        }
        if (!List.of("", "host").contains(host.utsMode())) {
            throw new InvalidRequest("container.uts", "invalid UTS mode: " + host.utsMode());
        }
        if (!List.of("", "host").contains(host.usernsMode())) {
            throw new InvalidRequest("container.userns", "invalid userns mode: " + host.usernsMode());
        }
        if (!List.of("", "private", "host").contains(host.cgroupnsMode())) {
            throw new InvalidRequest("container.cgroupns", "invalid cgroup namespace mode: " + host.cgroupnsMode());
        }
        if (!host.cgroup().isEmpty()) {
            throw no("another container's cgroup", "leave --cgroup out");
        }
    }

    private static void lifetime(HostConfig host) {
        RestartPolicy policy = host.restartPolicy();
        switch (policy.name()) {
            case "", "no", "always", "unless-stopped" -> {
                if (policy.maximumRetryCount() != 0) {
                    throw new InvalidRequest(
                            "container.restart",
                            "invalid restart policy: maximum retry count can only be used with 'on-failure'");
                }
            }
            case "on-failure" -> {
                if (policy.maximumRetryCount() < 0) {
                    throw new InvalidRequest(
                            "container.restart", "invalid restart policy: maximum retry count cannot be negative");
                }
            }
            default ->
                throw new InvalidRequest(
                        "container.restart",
                        "invalid restart policy: unknown policy '" + policy.name()
                                + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        }
        if (host.autoRemove() && !List.of("", "no").contains(policy.name())) {
            throw new InvalidRequest("container.restart", "can't create 'AutoRemove' container with restart policy");
        }
    }

    private static void rest(HostConfig host) {
        if (!List.of("", "default").contains(host.isolation())) {
            throw new InvalidRequest("container.isolation", "invalid isolation \"" + host.isolation() + "\" on linux");
        }
        String log = host.logConfig().type();
        if (!List.of("", "json-file", "local").contains(log)) {
            throw no("log driver \"" + log + "\"", "leave --log-driver out; docker logs reads what the engine keeps");
        }
        if (!host.logConfig().config().isEmpty()) {
            throw no("log options", "leave --log-opt out");
        }
        if (host.shmSize() < 0) {
            throw new InvalidRequest("container.shm", "SHM size can not be less than 0");
        }
        if (host.oomScoreAdj() < -1000 || host.oomScoreAdj() > 1000) {
            throw new InvalidRequest(
                    "container.oom",
                    "Invalid value " + host.oomScoreAdj() + ", range for oom score adj is [-1000, 1000]");
        }
        SecurityOptions.parse(host.securityOpt());
        if (!host.sysctls().isEmpty() && host.networkMode().equals("host")) {
            for (String name : host.sysctls().keySet()) {
                if (name.startsWith("net.")) {
                    throw new InvalidRequest(
                            "container.sysctl", "sysctl '" + name + "' not allowed in host network namespace");
                }
            }
        }
    }

    static void refuseAny(@Nullable Collection<?> given, String what, String remedy) {
        if (given != null && !given.isEmpty()) {
            throw no(what, remedy);
        }
    }

    static Unsupported no(String what, String remedy) {
        return new Unsupported("container.unsupported", what + " is not supported by this engine: " + remedy);
    }
}
