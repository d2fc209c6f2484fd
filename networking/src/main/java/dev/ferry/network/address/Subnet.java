package dev.ferry.network.address;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A range of addresses that begin with the same bits.
 *
 * @param first the address whose other bits are zero
 * @param prefix how many bits are the same, 0 to 32
 */
public record Subnet(Ipv4Address first, int prefix) {
    private static final int BITS = 32;

    /** Checks the length and clears the other bits. */
    public Subnet {
        if (prefix < 0 || prefix > BITS) {
            throw new IllegalArgumentException("/" + prefix + " is no length of a prefix, which is 0 to 32");
        }
        first = new Ipv4Address(first.bits() & mask(prefix));
    }

    /**
     * Reads {@code 192.0.2.0/24}.
     *
     * @throws IllegalArgumentException for what is no range
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Subnet parse(String text) {
        int slash = text.indexOf('/');
        try {
            if (slash > 0) {
                return new Subnet(
                        Ipv4Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no range of addresses, such as 192.0.2.0/24", e);
        }
        throw new IllegalArgumentException("\"" + text + "\" is no range of addresses, such as 192.0.2.0/24");
    }

    /** Whether the address is in it. */
    public boolean contains(Ipv4Address address) {
        return (address.bits() & mask(prefix)) == first.bits();
    }

    /** Whether they have an address in common. */
    public boolean overlaps(Subnet other) {
        return contains(other.first) || other.contains(first);
    }

    /** The address for all of them. */
    public Ipv4Address broadcast() {
        return new Ipv4Address(first.bits() | ~mask(prefix));
    }

    /** How many addresses it has. */
    public long size() {
        return 1L << (BITS - prefix);
    }

    /** The mask as it stands in packets. */
    public Ipv4Address mask() {
        return new Ipv4Address(mask(prefix));
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (BITS - prefix);
    }

    @JsonValue
    @Override
    public String toString() {
        return first + "/" + prefix;
    }
}
