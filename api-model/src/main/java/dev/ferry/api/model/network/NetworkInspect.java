package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;

/**
 * One network.
 *
 * @param created RFC 3339
 * @param containers by id
 */
public record NetworkInspect(
        @JsonProperty("Name") String name,
        @JsonProperty("Id") String id,
        @JsonProperty("Created") String created,
        @JsonProperty("Scope") String scope,
        @JsonProperty("Driver") String driver,
        @JsonProperty("EnableIPv4") boolean enableIpv4,
        @JsonProperty("EnableIPv6") boolean enableIpv6,
        @JsonProperty("IPAM") NetworkIpam ipam,
        @JsonProperty("Internal") boolean internal,
        @JsonProperty("Attachable") boolean attachable,
        @JsonProperty("Ingress") boolean ingress,
        @JsonProperty("ConfigOnly") boolean configOnly,
        @JsonProperty("Containers") Map<String, NetworkContainer> containers,
        @JsonProperty("Options") Map<String, String> options,
        @JsonProperty("Labels") Map<String, String> labels) {

    public NetworkInspect {
        name = Absence.text(name);
        id = Absence.text(id);
        created = Absence.text(created);
        scope = Absence.text(scope);
        driver = Absence.text(driver);
        ipam = Absence.or(ipam, NetworkIpam::empty);
        containers = Absence.map(containers);
        options = Absence.map(options);
        labels = Absence.map(labels);
    }

    /** All fields absent. */
    public static NetworkInspect empty() {
        return builtIn("", "", "", "");
    }

    /** One that every engine has, without addresses and containers. */
    public static NetworkInspect builtIn(String name, String id, String created, String driver) {
        return new NetworkInspect(
                name,
                id,
                created,
                "local",
                driver,
                true,
                false,
                NetworkIpam.empty(),
                false,
                false,
                false,
                false,
                Map.of(),
                Map.of(),
                Map.of());
    }

    /** The same with addresses, containers and options. */
    public NetworkInspect with(
            NetworkIpam addresses, Map<String, NetworkContainer> members, Map<String, String> settings) {
        return new NetworkInspect(
                name,
                id,
                created,
                scope,
                driver,
                enableIpv4,
                enableIpv6,
                addresses,
                internal,
                attachable,
                ingress,
                configOnly,
                members,
                settings,
                labels);
    }
}
