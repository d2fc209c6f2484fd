package dev.ferry.network.address;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The address of an interface.
 *
 * @param text six octets in small letters, {@code 02:42:ac:11:00:02}
 */
public record MacAddress(String text) {
    private static final HexFormat OCTETS = HexFormat.ofDelimiter(":");
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");

    /** Checks the form. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public MacAddress {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no MAC address, such as 02:42:ac:11:00:02");
        }
    }

    /**
     * The one that belongs to an address: locally administered, as docker makes them. It stays the same when a container is restored, so
     * that what its neighbours remember of it stays true.
     */
    public static MacAddress of(Ipv4Address address) {
        return new MacAddress("02:42:" + OCTETS.formatHex(address.bytes()));
    }

    /** As it stands in frames. */
    public byte[] bytes() {
        return OCTETS.parseHex(text);
    }

    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}
