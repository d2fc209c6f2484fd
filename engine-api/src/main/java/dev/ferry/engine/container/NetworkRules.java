package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.network.EndpointSettings;
import dev.ferry.api.model.network.NetworkingConfig;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.network.NetworkService;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What may be asked of a container's network, and what goes together; in docker's words where it has some. */
final class NetworkRules {

    private static final List<String> KNOWN = List.of("", "default", "bridge", "none", "host");

    private NetworkRules() {}

    static void check(
            ContainerConfig config,
            HostConfig host,
            NetworkingConfig networking,
            boolean bridged,
            List<String> warnings) {
        String mode = host.networkMode();
        Optional<String> other = NetworkService.joined(mode);
        if (other.isPresent()) {
            joining(other.get(), config, host);
        } else if (!KNOWN.contains(mode)) {
            throw HostConfigRules.no("network \"" + mode + "\"", "use --network bridge, none, host or container:NAME");
        }
        boolean bridge = NetworkService.isBridge(mode);
        if (bridge && !bridged) {
            warnings.add("This engine has no default network: the container gets a network namespace of"
                    + " its own with nothing but loopback. Use --network host for the host's network.");
        }
        publishing(host, bridge, bridged, warnings);
        links(host, mode);
        for (Map.Entry<String, EndpointSettings> entry :
                networking.endpointsConfig().entrySet()) {
            endpoint(entry.getKey(), entry.getValue());
        }
    }

    private static void joining(String other, ContainerConfig config, HostConfig host) {
        if (other.isEmpty()) {
            throw invalid("invalid network mode: invalid container format container:<name|id>");
        }
        if (!config.hostname().isEmpty()) {
            throw invalid("conflicting options: hostname and the network mode");
        }
        if (!host.dns().isEmpty()) {
            throw invalid("conflicting options: dns and the network mode");
        }
        if (host.extraHosts() != null && !host.extraHosts().isEmpty()) {
            throw invalid("conflicting options: custom host-to-IP mapping and the network mode");
        }
        if (!host.portBindings().ports().isEmpty() || host.publishAllPorts()) {
            throw invalid("conflicting options: port publishing and the container type network mode");
        }
        if (!config.exposedPorts().isEmpty()) {
            throw invalid("conflicting options: port exposing and the container type network mode");
        }
    }

    private static void publishing(HostConfig host, boolean bridge, boolean bridged, List<String> warnings) {
        boolean wanted = !host.portBindings().ports().isEmpty() || host.publishAllPorts();
        if (!wanted) {
            return;
        }
        if (bridge && !bridged) {
            throw HostConfigRules.no(
                    "publishing ports",
                    "it was started with --bridge none; use --network host, where the container's ports are the host's");
        }
        if (bridge) {
            try {
                NetworkService.requests(ContainerConfig.empty(), host);
            } catch (IllegalArgumentException e) {
                throw new InvalidRequest("container.port", String.valueOf(e.getMessage()), e);
            }
        } else if (host.networkMode().equals("host")) {
            warnings.add("Published ports are discarded when using host network mode");
        }
    }

    private static void links(HostConfig host, String mode) {
        if (host.links() == null || host.links().isEmpty()) {
            return;
        }
        if (mode.equals("host")) {
            throw invalid("conflicting options: host type networking can't be used with links."
                    + " This would result in undefined behavior");
        }
        if (NetworkService.joined(mode).isPresent()) {
            throw invalid("conflicting options: container type network can't be used with links."
                    + " This would result in undefined behavior");
        }
        throw HostConfigRules.no("links between containers", "use addresses, or --add-host");
    }

    private static void endpoint(String network, EndpointSettings endpoint) {
        if (!KNOWN.contains(network) && NetworkService.joined(network).isEmpty()) {
            throw HostConfigRules.no("network \"" + network + "\"", "use --network bridge, none or host");
        }
        if (endpoint == null) {
            return;
        }
        boolean address = endpoint.ipamConfig() != null
                && !(endpoint.ipamConfig().ipv4Address().isEmpty()
                        && endpoint.ipamConfig().ipv6Address().isEmpty());
        if (address || !endpoint.macAddress().isEmpty()) {
            throw HostConfigRules.no("an address of one's own", "leave --ip and --mac-address out");
        }
        HostConfigRules.refuseAny(endpoint.aliases(), "network aliases", "leave --network-alias out");
        HostConfigRules.refuseAny(endpoint.links(), "links between containers", "use addresses, or --add-host");
    }

    private static InvalidRequest invalid(String text) {
        return new InvalidRequest("container.network", text);
    }
}
