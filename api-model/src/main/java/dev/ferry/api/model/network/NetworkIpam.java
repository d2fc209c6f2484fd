package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a network's addresses come from. */
public record NetworkIpam(
        @JsonProperty("Driver") String driver,
        @JsonProperty("Options") @Nullable Map<String, String> options,
        @JsonProperty("Config") List<NetworkIpamConfig> config) {

    public NetworkIpam {
        driver = Absence.text(driver);
        options = Absence.copy(options);
        config = Absence.list(config);
    }

    /** Of a network without addresses. */
    public static NetworkIpam empty() {
        return new NetworkIpam("default", null, List.of());
    }
}
