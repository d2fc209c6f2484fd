package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ports of a container, like {@code 80/tcp}, and the host's ports that lead to each; null for none. */
public record PortMap(@JsonValue Map<String, @Nullable List<PortBinding>> ports) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public PortMap(Map<String, @Nullable List<PortBinding>> ports) {
        this.ports = Absence.map(ports);
    }

    /** No ports. */
    public static PortMap empty() {
        return new PortMap(Map.of());
    }
}
