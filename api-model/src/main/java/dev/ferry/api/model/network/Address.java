package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * An address with its prefix length.
 */
public record Address(
        @JsonProperty("Addr") String addr,
        @JsonProperty("PrefixLen") int prefixLen) {

    public Address {
        addr = Absence.text(addr);
    }

    /** All fields absent. */
    public static Address empty() {
        return new Address("", 0);
    }
}
