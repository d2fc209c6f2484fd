package dev.ferry.engine.app;

import dev.ferry.migration.protocol.Patience;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * How other engines know this one.
 *
 * @param listen where it listens for them, {@code host:port}; empty for nowhere
 * @param name what it calls itself to them
 * @param address where they find it, if that is another address than it listens on; empty for the same
 * @param patience with them
 */
public record PeerOptions(String listen, String name, String address, Patience patience) {

    /** Listens nowhere, and is called as the host is. */
    public static PeerOptions none() {
        return new PeerOptions("", hostName(), "", Patience.DEFAULT);
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
        return new PeerOptions(value, name, address, patience);
    }

    PeerOptions withName(String value) {
        return new PeerOptions(listen, value, address, patience);
    }

    PeerOptions withAddress(String value) {
        return new PeerOptions(listen, name, value, patience);
    }

    PeerOptions withTimeout(String value) {
        try {
            Duration silence = Duration.ofSeconds(Long.parseLong(value));
            if (silence.compareTo(Patience.LEAST) >= 0 && silence.compareTo(Patience.MOST) <= 0) {
                return new PeerOptions(listen, name, address, new Patience(silence));
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // the same to whoever wrote it
        }
        throw new IllegalArgumentException("--peer-timeout is \"" + value + "\", and must be whole seconds, "
                + Patience.LEAST.toSeconds() + " to " + Patience.MOST.toSeconds());
    }
}
