package dev.ferry.api.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Where an engine listens. The texts are those of {@code DOCKER_HOST}: {@code unix:///path} and {@code tcp://host:port}. */
public sealed interface EngineAddress {
    /** A unix socket in the file system. */
    record Unix(Path socket) implements EngineAddress {
        @Override
        public String toString() {
            return "unix://" + socket;
        }
    }

    /** A TCP port, without TLS. */
    record Tcp(String host, int port) implements EngineAddress {
        @Override
        public String toString() {
            return "tcp://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException with the cause and the accepted forms
     */
    static EngineAddress parse(String text) {
        if (text.startsWith("unix://") && text.length() > "unix://".length()) {
            return new Unix(Path.of(text.substring("unix://".length())));
        }
        if (text.startsWith("tcp://") || text.startsWith("http://")) {
            String rest = text.substring(text.indexOf("//") + 2);
            if (rest.endsWith("/")) {
                rest = rest.substring(0, rest.length() - 1);
            }
            int colon = rest.lastIndexOf(':');
            if (colon > 0 && rest.substring(colon + 1).matches("\\d{1,5}")) {
                int port = Integer.parseInt(rest.substring(colon + 1));
                String host = rest.substring(0, colon);
                if (host.startsWith("[") && host.endsWith("]")) {
                    host = host.substring(1, host.length() - 1);
                }
                if (port > 0 && port < 65536) {
                    return new Tcp(host, port);
                }
            }
        }
        throw new IllegalArgumentException(
                "engine address '" + text + "' is neither unix:///path/of/socket nor tcp://host:port");
    }

    /**
     * Opens a connection.
     *
     * @throws EngineUnreachable when nobody listens there or access is denied
     */
    default SocketChannel open() throws EngineUnreachable {
        try {
            return switch (this) {
                case Unix unix -> openUnix(unix.socket());
                case Tcp tcp -> {
                    SocketChannel channel = SocketChannel.open(new InetSocketAddress(tcp.host(), tcp.port()));
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    yield channel;
                }
            };
        } catch (IOException | java.nio.channels.UnresolvedAddressException | UnsupportedOperationException e) {
            throw new EngineUnreachable(this, e);
        }
    }

    private static SocketChannel openUnix(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
