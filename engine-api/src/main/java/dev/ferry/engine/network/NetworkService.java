package dev.ferry.engine.network;

import dev.ferry.runtime.namespace.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Gives containers their network namespaces. Calls about one container are put in order by its lane. */
public final class NetworkService {

    private final Path pins;

    /** With pins in a directory of the run directory, made if missing. */
    public NetworkService(Path run) throws IOException {
        this.pins = Files.createDirectories(run.resolve("netns"));
    }

    /** Where a container's namespace is pinned. */
    public Path pin(String id) {
        return pins.resolve(id);
    }

    /**
     * The namespace for a container in that mode, made if it is not there.
     *
     * @return empty for the host's own
     */
    public Optional<Path> ensure(String id, String mode) throws IOException {
        if (mode.equals("host")) {
            return Optional.empty();
        }
        Path pin = pin(id);
        if (!NetworkNamespaces.isPinned(pin)) {
            NetworkNamespaces.create(pin);
        }
        return Optional.of(pin);
    }

    /** Takes the pin away; the namespace goes with its last process. */
    public void remove(String id) throws IOException {
        NetworkNamespaces.remove(pin(id));
    }

    /** Removes the pins of containers that are no more. */
    public List<Path> removeExcept(Set<String> ids) throws IOException {
        return NetworkNamespaces.removeExcept(pins, ids.stream().map(this::pin).collect(Collectors.toSet()));
    }
}
