package dev.ferry.engine.network;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.PortSummary;
import dev.ferry.api.model.network.EndpointSettings;
import dev.ferry.api.model.network.NetworkContainer;
import dev.ferry.api.model.network.NetworkInspect;
import dev.ferry.api.model.network.NetworkIpam;
import dev.ferry.api.model.network.NetworkIpamConfig;
import dev.ferry.api.model.network.NetworkSettings;
import dev.ferry.api.model.network.PortBinding;
import dev.ferry.api.model.network.PortMap;
import dev.ferry.network.bridge.BridgeAddress;
import dev.ferry.network.bridge.DefaultBridge;
import dev.ferry.network.bridge.Endpoint;
import dev.ferry.network.port.PublishedPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Networks, and what containers have of them, as the API shows them. */
public final class NetworkViews {

    private final NetworkService networks;
    private final String created;

    /**
     * Of a service.
     *
     * @param created when the engine's root was made, in the API's form
     */
    public NetworkViews(NetworkService networks, String created) {
        this.networks = networks;
        this.created = created;
    }

    /** All networks; those of docker's names. */
    public List<NetworkInspect> all(Function<String, String> names) {
        List<NetworkInspect> all = new ArrayList<>();
        networks.bridge().ifPresent(bridge -> all.add(bridge(bridge, names)));
        all.add(NetworkInspect.builtIn("host", networks.number("network host"), created, "host"));
        all.add(NetworkInspect.builtIn("none", networks.number("network none"), created, "null"));
        return all;
    }

    private NetworkInspect bridge(DefaultBridge bridge, Function<String, String> names) {
        BridgeAddress address = bridge.address();
        Map<String, NetworkContainer> members = new TreeMap<>();
        for (Endpoint endpoint : bridge.endpoints()) {
            String id = endpoint.lease().container();
            members.put(
                    id,
                    new NetworkContainer(
                            names.apply(id),
                            networks.number("endpoint " + id),
                            endpoint.lease().mac().toString(),
                            endpoint.lease().address() + "/" + address.pool().prefix(),
                            ""));
        }
        NetworkIpam ipam = new NetworkIpam(
                "default",
                null,
                List.of(new NetworkIpamConfig(
                        address.pool().toString(), address.gateway().toString())));
        Map<String, String> options = new LinkedHashMap<>();
        options.put("com.docker.network.bridge.default_bridge", "true");
        options.put("com.docker.network.bridge.enable_icc", "true");
        options.put("com.docker.network.bridge.enable_ip_masquerade", "true");
        options.put("com.docker.network.bridge.host_binding_ipv4", "0.0.0.0");
        options.put("com.docker.network.bridge.name", DefaultBridge.NAME);
        options.put("com.docker.network.driver.mtu", "1500");
        return NetworkInspect.builtIn("bridge", networks.number("network bridge"), created, "bridge")
                .with(ipam, members, options);
    }

    /** The network side of an inspection. */
    public NetworkSettings settings(String id, ContainerConfig config, HostConfig host, boolean running) {
        if (NetworkService.joined(host.networkMode()).isPresent()) {
            return NetworkSettings.empty();
        }
        Optional<Endpoint> endpoint = running ? networks.endpoint(id) : Optional.empty();
        NetworkSettings.Builder settings =
                NetworkSettings.builder().networks(Map.of(NetworkViews.mode(host), endpoint(id, host, running)));
        if (running) {
            settings.sandboxId(networks.number("sandbox " + id))
                    .sandboxKey(
                            host.networkMode().equals("host")
                                    ? "/proc/self/ns/net"
                                    : networks.pin(id).toString());
        }
        endpoint.ifPresent(found -> settings.ipAddress(found.lease().address().toString())
                .ipPrefixLen(prefix())
                .gateway(gateway())
                .macAddress(found.lease().mac().toString())
                .endpointId(networks.number("endpoint " + id))
                .ports(ports(found, config)));
        return settings.build();
    }

    /** What a container has of its one network. */
    public EndpointSettings endpoint(String id, HostConfig host, boolean running) {
        EndpointSettings.Builder settings = EndpointSettings.builder();
        boolean bridged = networks.isBridged() && NetworkService.isBridge(host.networkMode());
        if (!running || (!bridged && NetworkService.isBridge(host.networkMode()))) {
            return settings.build();
        }
        settings.networkId(networks.number("network " + mode(host))).endpointId(networks.number("endpoint " + id));
        networks.endpoint(id)
                .ifPresent(found -> settings.ipAddress(found.lease().address().toString())
                        .ipPrefixLen(prefix())
                        .gateway(gateway())
                        .macAddress(found.lease().mac().toString()));
        return settings.build();
    }

    /** The ports as the list shows them. */
    public List<PortSummary> summaries(String id, ContainerConfig config) {
        Optional<Endpoint> endpoint = networks.endpoint(id);
        if (endpoint.isEmpty()) {
            return List.of();
        }
        List<PortSummary> all = new ArrayList<>();
        for (PublishedPort port : endpoint.get().lease().ports()) {
            all.add(new PortSummary(
                    port.host().toString(),
                    port.containerPort(),
                    port.hostPort(),
                    port.transport().word()));
        }
        Map<String, @Nullable List<PortBinding>> known =
                ports(endpoint.get(), config).ports();
        for (Map.Entry<String, @Nullable List<PortBinding>> port : known.entrySet()) {
            int slash = port.getKey().indexOf('/');
            if (port.getValue() == null && slash > 0) {
                all.add(new PortSummary(
                        "",
                        Integer.parseInt(port.getKey().substring(0, slash)),
                        0,
                        port.getKey().substring(slash + 1)));
            }
        }
        return all;
    }

    private static PortMap ports(Endpoint endpoint, ContainerConfig config) {
        Map<String, @Nullable List<PortBinding>> ports = new TreeMap<>();
        config.exposedPorts().keySet().forEach(port -> ports.put(port, null));
        for (PublishedPort port : endpoint.lease().ports()) {
            String key = port.containerPort() + "/" + port.transport().word();
            List<PortBinding> before = ports.get(key);
            List<PortBinding> bindings = new ArrayList<>(before == null ? List.of() : before);
            bindings.add(new PortBinding(port.host().toString(), Integer.toString(port.hostPort())));
            ports.put(key, bindings);
        }
        return new PortMap(ports);
    }

    /** The name of the network that a mode means. */
    public static String mode(HostConfig host) {
        return NetworkService.isBridge(host.networkMode()) ? "bridge" : host.networkMode();
    }

    private int prefix() {
        return networks.bridge().map(bridge -> bridge.address().pool().prefix()).orElse(0);
    }

    private String gateway() {
        return networks.bridge()
                .map(bridge -> bridge.address().gateway().toString())
                .orElse("");
    }
}
