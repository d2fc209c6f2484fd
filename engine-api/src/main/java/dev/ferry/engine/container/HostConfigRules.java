package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.Resources;
import dev.ferry.api.model.container.RestartPolicy;
import dev.ferry.api.model.network.NetworkingConfig;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.log.LogOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of a container's surroundings. A field that this engine does not serve is refused with the way round it, never
 * ignored; only the neutral values that clients always send pass.
 */
final class HostConfigRules {

    private HostConfigRules() {}

    /**
     * Checks everything.
     *
     * @param bridged whether there is a default network
     * @return warnings for the answer
     * @throws InvalidRequest for values that no engine could serve
     * @throws Unsupported for values that this one does not
     */
    static List<String> check(ContainerConfig config, HostConfig host, NetworkingConfig networking, boolean bridged) {
        List<String> warnings = new ArrayList<>();
        config(config);
        NetworkRules.check(config, host, networking, bridged, warnings);
        resources(host.resources());
        MountRules.check(host);
        namespaces(host);
        lifetime(host);
        rest(host);
        return List.copyOf(warnings);
    }

    private static void config(ContainerConfig config) {
        HealthRules.check(config.healthcheck());
        if (!config.macAddress().isEmpty()) {
            throw no("a MAC address", "leave --mac-address out");
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

    private static void resources(Resources r) {
        refuseAny(r.deviceRequests(), "device requests such as GPUs", "pass single devices with --device");
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
        restart(policy);
        if (host.autoRemove() && !List.of("", "no").contains(policy.name())) {
            throw new InvalidRequest("container.restart", "can't create 'AutoRemove' container with restart policy");
        }
    }

    /** Which policies there are. */
    static void restart(RestartPolicy policy) {
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
    }

    private static void rest(HostConfig host) {
        if (!List.of("", "default").contains(host.isolation())) {
            throw new InvalidRequest("container.isolation", "invalid isolation \"" + host.isolation() + "\" on linux");
        }
        LogOptions.parse(host.logConfig());
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
