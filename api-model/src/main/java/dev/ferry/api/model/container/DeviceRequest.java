package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Devices asked of a device driver by count or name.
 *
 * @param count -1: all
 */
public record DeviceRequest(
        @JsonProperty("Driver") String driver,
        @JsonProperty("Count") int count,
        @JsonProperty("DeviceIDs") @Nullable List<String> deviceIds,
        @JsonProperty("Capabilities") @Nullable List<List<String>> capabilities,
        @JsonProperty("Options") Map<String, String> options) {

    public DeviceRequest {
        driver = Absence.text(driver);
        deviceIds = Absence.copy(deviceIds);
        capabilities = Absence.copy(capabilities);
        options = Absence.map(options);
    }

    /** All fields absent. */
    public static DeviceRequest empty() {
        return new DeviceRequest("", 0, null, null, Map.of());
    }
}
