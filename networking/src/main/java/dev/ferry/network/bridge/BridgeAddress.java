package dev.ferry.network.bridge;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.network.address.Ipv4Address;
import dev.ferry.network.address.Subnet;

/**
 * The bridge's own address and the range that containers get theirs from.
 *
 * @param gateway the bridge's own: where containers send everything
 * @param pool the range that it is in
 */
public record BridgeAddress(
        @JsonProperty("gateway") Ipv4Address gateway,
        @JsonProperty("pool") Subnet pool) {

    /** A smaller range has no address for a container. */
    private static final int LONGEST_PREFIX = 30;

    /** Checks that they belong together. */
    public BridgeAddress {
        if (pool.prefix() > LONGEST_PREFIX
                || !pool.contains(gateway)
                || gateway.equals(pool.first())
                || gateway.equals(pool.broadcast())
                || gateway.isLoopback()) {
            throw new IllegalArgumentException("bridge address \"" + gateway + "/" + pool.prefix()
                    + "\" must be an address of a host in a range of at least four, such as 172.17.0.1/16");
        }
    }

    /** The first address of a range. */
    public static BridgeAddress firstOf(Subnet pool) {
        return new BridgeAddress(pool.first().plus(1), pool);
    }

    /**
     * Reads {@code 172.17.0.1/16}, as docker's {@code --bip} has it.
     *
     * @throws IllegalArgumentException for what is no address of a bridge
     */
    public static BridgeAddress parse(String text) {
        Subnet pool = Subnet.parse(text);
        return new BridgeAddress(Ipv4Address.parse(text.substring(0, text.indexOf('/'))), pool);
    }

    @Override
    public String toString() {
        return gateway + "/" + pool.prefix();
    }
}
