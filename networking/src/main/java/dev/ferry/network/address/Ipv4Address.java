package dev.ferry.network.address;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address of the fourth version.
 *
 * @param bits with the first octet uppermost
 */
public record Ipv4Address(int bits) implements Comparable<Ipv4Address> {
    /** Every address of a host. */
    public static final Ipv4Address ANY = new Ipv4Address(0);

    private static final Pattern OCTETS = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final int LOOPBACK = 127;

    /** Reads {@code 192.0.2.1}; nothing for what is no such address, octets with leading zeros included. */
    public static Optional<Ipv4Address> read(String text) {
        var octets = OCTETS.matcher(text);
        if (!octets.matches()) {
            return Optional.empty();
        }
        int bits = 0;
        for (int i = 1; i <= 4; i++) {
            int octet = Integer.parseInt(octets.group(i));
            // octal to some readers, decimal to others
            if (octet > 255 || (octets.group(i).length() > 1 && octets.group(i).startsWith("0"))) {
                return Optional.empty();
            }
            bits = bits << 8 | octet;
        }
        return Optional.of(new Ipv4Address(bits));
    }

    /**
     * Reads {@code 192.0.2.1}.
     *
     * @throws IllegalArgumentException for what is no such address
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Ipv4Address parse(String text) {
        return read(text)
                .orElseThrow(
                        () -> new IllegalArgumentException("\"" + text + "\" is no IPv4 address, such as 192.0.2.1"));
    }

    /** From the network's bytes. */
    public static Ipv4Address of(ByteBuffer network) {
        return new Ipv4Address(network.get(0) << 24
                | (network.get(1) & 0xff) << 16
                | (network.get(2) & 0xff) << 8
                | (network.get(3) & 0xff));
    }

    /** As it stands in packets. */
    public byte[] bytes() {
        return ByteBuffer.allocate(Integer.BYTES).putInt(bits).array();
    }

    /** The address so many places further. */
    public Ipv4Address plus(int places) {
        return new Ipv4Address(bits + places);
    }

    /** Whether it never leaves its host. */
    public boolean isLoopback() {
        return bits >>> 24 == LOOPBACK;
    }

    /** Whether it stands for every address of a host. */
    public boolean isAny() {
        return bits == 0;
    }

    @Override
    public int compareTo(Ipv4Address other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @JsonValue
    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
    }
}
