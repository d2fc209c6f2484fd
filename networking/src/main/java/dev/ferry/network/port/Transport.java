package dev.ferry.network.port;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a port is a port of. */
public enum Transport {
    TCP(6),
    UDP(17);

    private final int number;

    Transport(int number) {
        this.number = number;
    }

    /**
     * From its name in small letters.
     *
     * @throws IllegalArgumentException for others
     */
    @JsonCreator
    public static Transport of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "tcp", "" -> TCP;
            case "udp" -> UDP;
            default ->
                throw new IllegalArgumentException(
                        "ports of \"" + name + "\" cannot be published by this engine: use tcp or udp");
        };
    }

    /** The protocol's number in a packet; protocols(5) */
    public int number() {
        return number;
    }

    /** The name in small letters. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
