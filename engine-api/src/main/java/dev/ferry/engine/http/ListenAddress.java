package dev.ferry.engine.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;

/** Where the engine listens. */
public sealed interface ListenAddress {

    /** A unix socket, owned by its file permissions. */
    record UnixSocket(Path path) implements ListenAddress {
        @Override
        public String toString() {
            return "unix://" + path;
        }
    }

    /** Plain TCP without any protection; anybody who reaches it is root. Port 0 lets the kernel choose. */
    record PlainTcp(String host, int port) implements ListenAddress {
        @Override
        public String toString() {
            return "tcp://" + host + ":" + port;
        }
    }

    /**
     * Reads {@code unix:///path} or {@code tcp://host:port}.
     *
     * @param plainTcpAllowed whether the administrator asked for plain TCP a second time
     * @throws IllegalArgumentException for anything else, and for TCP that is not on loopback or was asked for only once
     */
    static ListenAddress parse(String text, boolean plainTcpAllowed) {
        if (text.startsWith("unix://")) {
            String path = text.substring("unix://".length());
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException(
                        "host \"" + text + "\" needs an absolute path: unix:///run/ferry/ferry.sock");
            }
            return new UnixSocket(Path.of(path));
        }
        if (text.startsWith("tcp://")) {
            URI uri;
            try {
                uri = URI.create(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("host \"" + text + "\" is no address: use tcp://127.0.0.1:PORT", e);
            }
            String host = uri.getHost();
            if (host == null || uri.getPort() < 0) {
                throw new IllegalArgumentException(
                        "host \"" + text + "\" needs an address and a port: tcp://127.0.0.1:PORT");
            }
            if (!isLoopback(host)) {
                throw new IllegalArgumentException(
                        "host \"" + text
                                + "\" is not on loopback: TCP without TLS would make everybody who reaches it root; use a unix socket");
            }
            if (!plainTcpAllowed) {
                throw new IllegalArgumentException(
                        "host \"" + text
                                + "\" is TCP without TLS, open to every user of this machine: add --allow-plain-tcp if that is meant");
            }
            return new PlainTcp(host, uri.getPort());
        }
        throw new IllegalArgumentException("host \"" + text + "\" is neither unix:///path nor tcp://127.0.0.1:PORT");
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
