package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * What the host is.
 *
 * @param memTotal bytes
 */
public record HostPlatform(
        @JsonProperty("KernelVersion") String kernelVersion,
        @JsonProperty("OperatingSystem") String operatingSystem,
        @JsonProperty("OSVersion") String osVersion,
        @JsonProperty("OSType") String osType,
        @JsonProperty("Architecture") String architecture,
        @JsonProperty("NCPU") int processors,
        @JsonProperty("MemTotal") long memTotal) {

    public HostPlatform {
        kernelVersion = Absence.text(kernelVersion);
        operatingSystem = Absence.text(operatingSystem);
        osVersion = Absence.text(osVersion);
        osType = Absence.text(osType);
        architecture = Absence.text(architecture);
    }

    /** All fields absent. */
    public static HostPlatform empty() {
        return new HostPlatform("", "", "", "", "", 0, 0);
    }
}
