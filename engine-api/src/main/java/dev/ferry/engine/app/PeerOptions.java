package dev.ferry.engine.app;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * How other engines know this one.
 *
 * @param listen where it listens for them, {@code host:port}; empty for nowhere
 * @param name what it calls itself to them
 * @param address where they find it, if that is another address than it listens on; empty for the same
 */
public record PeerOptions(String listen, String name, String address) {

    /** Listens nowhere, and is called as the host is. */
    public static PeerOptions none() {
        return new PeerOptions("", hostName(), "");
    }

    private static String hostName() {
        try {
            String name = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9_.-]", "-");
            return name.isEmpty() || !Character.isLetterOrDigit(name.charAt(0)) ? "ferry" : name;
        } catch (UnknownHostException e) {
            return "ferry";
        }
    }

    PeerOptions withListen(String value) {
        return new PeerOptions(value, name, address);
    }

    PeerOptions withName(String value) {
        return new PeerOptions(listen, value, address);
    }

    PeerOptions withAddress(String value) {
        return new PeerOptions(listen, name, value);
    }
}
