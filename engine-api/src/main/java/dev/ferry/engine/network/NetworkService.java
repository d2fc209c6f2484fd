package dev.ferry.engine.network;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.network.PortBinding;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.network.NetworkException;
import dev.ferry.network.bridge.DefaultBridge;
import dev.ferry.network.bridge.Endpoint;
import dev.ferry.network.port.PortRequest;
import dev.ferry.runtime.namespace.NetworkNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives containers their networks. Calls about one container are put in order by its lane. */
public final class NetworkService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NetworkService.class);
    private static final String JOINS = "container:";

    private final Path root;
    private final Path pins;
    private final Optional<DefaultBridge> bridge;

    /** What a network is made for. */
    public enum Way {
        START,
        RESTORE
    }

    /**
     * With pins in a directory of the run directory, made if missing.
     *
     * @param bridge the default network, closed with this; empty for none
     */
    public NetworkService(Path root, Path run, Optional<DefaultBridge> bridge) throws IOException {
        this.root = root;
        this.pins = Files.createDirectories(run.resolve("netns"));
        this.bridge = bridge;
        bridge.ifPresent(network -> network.findings().forEach(LOG::warn));
    }

    /** The container whose network a mode joins, as it is named there. */
    public static Optional<String> joined(String mode) {
        return mode.startsWith(JOINS) ? Optional.of(mode.substring(JOINS.length())) : Optional.empty();
    }

    /** The mode that joins a container's network. */
    public static String joining(String id) {
        return JOINS + id;
    }

    /** Whether a mode means the default network. */
    public static boolean isBridge(String mode) {
        return mode.isEmpty() || mode.equals("default") || mode.equals("bridge");
    }

    /** Whether there is a default network. */
    public boolean isBridged() {
        return bridge.isPresent();
    }

    /** The default network. */
    public Optional<DefaultBridge> bridge() {
        return bridge;
    }

    /** Where a container's namespace is pinned. */
    public Path pin(String id) {
        return pins.resolve(id);
    }

    /** A number of 64 digits for something of this engine, the same each time. */
    public String number(String what) {
        try {
            byte[] sum =
                    MessageDigest.getInstance("SHA-256").digest((what + "\0" + root).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** Gives a new container its address, and says what its files are to say of its network. */
    public Names names(String id, HostConfig host) throws IOException {
        String mode = host.networkMode();
        if (bridge.isEmpty()) {
            return new Names("", "", false, mode.equals("host"));
        }
        String gateway = bridge.get().address().gateway().toString();
        String owner = joined(mode).orElse(isBridge(mode) ? id : "");
        if (owner.isEmpty()) {
            return new Names("", gateway, false, mode.equals("host"));
        }
        try {
            boolean has = owner.equals(id) || bridge.get().isLeased(owner);
            return new Names(has ? bridge.get().lease(owner).address().toString() : "", gateway, has, false);
        } catch (NetworkException e) {
            throw new Failed(e.code(), String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The namespace for a container, made if it is not there, with everything in it.
     *
     * @return empty for the host's own
     */
    public Optional<Path> ensure(String id, String name, ContainerConfig config, HostConfig host, Way way)
            throws IOException {
        String mode = host.networkMode();
        if (mode.equals("host")) {
            return Optional.empty();
        }
        Optional<String> other = joined(mode);
        if (other.isPresent()) {
            Path pin = pin(other.get());
            if (!NetworkNamespaces.isPinned(pin)) {
                throw new Conflict(
                        "network.not-running", "cannot join network of a non running container: " + other.get());
            }
            return Optional.of(pin);
        }
        Path pin = pin(id);
        if (!NetworkNamespaces.isPinned(pin)) {
            NetworkNamespaces.create(pin);
        }
        if (bridge.isPresent() && isBridge(mode) && bridge.get().endpoint(id).isEmpty()) {
            attach(bridge.get(), id, name, pin, requests(config, host), way);
        }
        return Optional.of(pin);
    }

    private void attach(DefaultBridge network, String id, String name, Path pin, List<PortRequest> requests, Way way)
            throws IOException {
        try {
            network.attach(id, pin, requests, way == Way.START);
        } catch (NetworkException e) {
            throw new Failed(
                    e.code(),
                    "failed to set up container networking: driver failed programming external connectivity on endpoint "
                            + name + " (" + number("endpoint " + id) + "): " + e.getMessage(),
                    e);
        }
    }

    /**
     * The ports that a container wants published.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    public static List<PortRequest> requests(ContainerConfig config, HostConfig host) {
        List<PortRequest> requests = new ArrayList<>();
        for (Map.Entry<String, @Nullable List<PortBinding>> port :
                host.portBindings().ports().entrySet()) {
            List<PortBinding> bindings = port.getValue();
            for (PortBinding binding :
                    bindings == null || bindings.isEmpty() ? List.of(PortBinding.empty()) : bindings) {
                requests.add(PortRequest.parse(port.getKey(), binding.hostIp(), binding.hostPort()));
            }
        }
        if (host.publishAllPorts()) {
            config.exposedPorts().keySet().stream()
                    .filter(port -> !host.portBindings().ports().containsKey(port))
                    .map(port -> PortRequest.parse(port, "", ""))
                    .forEach(requests::add);
        }
        return requests;
    }

    /** Lets packets reach a container that was restored. */
    public void connect(String id) throws IOException {
        if (bridge.isPresent() && bridge.get().endpoint(id).isPresent()) {
            bridge.get().connect(id);
        }
    }

    /** What the container has of the default network while it runs. */
    public Optional<Endpoint> endpoint(String id) {
        return bridge.flatMap(network -> network.endpoint(id));
    }

    /** Takes interface, ports and pin away; the namespace goes with its last process, the address stays the container's. */
    public void remove(String id) throws IOException {
        try {
            if (bridge.isPresent()) {
                bridge.get().detach(id);
            }
        } finally {
            NetworkNamespaces.remove(pin(id));
        }
    }

    /** Gives the address of a container back that is no more. */
    public void forget(String id) throws IOException {
        if (bridge.isPresent()) {
            bridge.get().release(id);
        }
    }

    /** Removes the pins of containers that are no more. */
    public List<Path> removeExcept(Set<String> ids) throws IOException {
        return NetworkNamespaces.removeExcept(pins, ids.stream().map(this::pin).collect(Collectors.toSet()));
    }

    /** Takes away what an earlier engine has left of the default network that nobody needs. */
    public void collect(Set<String> existing, Set<String> running) throws IOException {
        if (bridge.isPresent()) {
            List<String> collected = bridge.get().collect(existing, running);
            if (!collected.isEmpty()) {
                LOG.info("network of {} containers that do not run was taken away", collected.size());
            }
        }
    }

    /** Lets go of what holds ports. Containers keep their networks. */
    @Override
    public void close() {
        bridge.ifPresent(DefaultBridge::close);
    }
}
