package dev.ferry.migration.peer;

import java.net.InetSocketAddress;

/** Host and port in one word: {@code 10.0.0.7:7373}, {@code [fd00::7]:7373}. */
final class Address {
    private Address() {}

    /**
     * Reads one; the host is looked up.
     *
     * @throws IllegalArgumentException when it is none
     */
    static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            String host = text.substring(0, Math.max(0, colon));
            if (colon < 1 || port < 0 || port > 0xffff) {
                throw new IllegalArgumentException("\"" + text + "\" is no address: HOST:PORT");
            }
            return new InetSocketAddress(
                    host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host, port);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no address: HOST:PORT", e);
        }
    }
}
