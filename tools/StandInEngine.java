import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Answers what {@code ferry ps} asks an engine, with one made-up container: {@code java StandInEngine.java SOCKET}. The
 * launcher runs it beside the command line while the archive of that one's classes is made, as no engine need run then.
 */
class StandInEngine {
    private static final String VERSION = "{\"ApiVersion\":\"1.50\",\"MinAPIVersion\":\"1.24\",\"Version\":\"0\"}";
    private static final String CONTAINERS =
            """
            [{"Id":"0123456789ab0123456789ab0123456789ab0123456789ab0123456789ab0123","Names":["/one"],"Image":"box",
              "ImageID":"sha256:0123456789ab0123456789ab0123456789ab0123456789ab0123456789ab0123","Command":"sh",
              "Created":1700000000,"Ports":[],"Labels":{},"State":"running","Status":"Up 2 minutes",
              "HostConfig":{"NetworkMode":"none"},"NetworkSettings":{"Networks":{}},"Mounts":[]}]
            """;

    public static void main(String[] arguments) throws IOException {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(Path.of(arguments[0])));
            while (true) {
                try (SocketChannel connection = server.accept()) {
                    answer(connection);
                }
            }
        }
    }

    /** Requests of this kind have no body and come one at a time, so each ends with an empty line. */
    private static void answer(SocketChannel connection) throws IOException {
        var request = new StringBuilder();
        var buffer = ByteBuffer.allocate(4096);
        while (connection.read(buffer) >= 0) {
            request.append(UTF_8.decode(buffer.flip()));
            buffer.clear();
            if (request.toString().endsWith("\r\n\r\n")) {
                String body = request.indexOf("/containers/json") >= 0 ? CONTAINERS : VERSION;
                String head = "HTTP/1.1 200 OK\r\nApi-Version: 1.50\r\nContent-Type: application/json\r\nContent-Length: ";
                connection.write(UTF_8.encode(head + body.length() + "\r\n\r\n" + body));
                request.setLength(0);
            }
        }
    }
}
