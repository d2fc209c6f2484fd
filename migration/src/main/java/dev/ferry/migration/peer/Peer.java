package dev.ferry.migration.peer;

/**
 * Another engine.
 *
 * @param name what it is called here
 * @param address host and port of its listener, empty when it has none
 * @param fingerprint SHA-256 of its certificate, 64 hexadecimal digits
 */
public record Peer(String name, String address, String fingerprint) {
    public Peer {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name for a peer: up to 63 letters, digits, \"_\", \".\" and \"-\"");
        }
        if (!fingerprint.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("\"" + fingerprint + "\" is no fingerprint of a certificate");
        }
    }
}
