package dev.ferry.api.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server on a unix socket that answers each connection by a script. Keeps the headers it saw. */
public final class ScriptedServer implements AutoCloseable {
    /** What happens on one connection. */
    @FunctionalInterface
    public interface Script {
        void play(InputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocketChannel listener;
    private final EngineAddress address;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    public ScriptedServer(Path directory, Script script) throws IOException {
        Path socket = directory.resolve("engine.sock");
        address = new EngineAddress.Unix(socket);
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().name("scripted-server").start(() -> serve(script));
    }

    public EngineAddress address() {
        return address;
    }

    /** What a script threw; empty when all went by the book. */
    public Queue<String> failures() {
        return failures;
    }

    /** The request's header up to the empty line. */
    public static String header(InputStream in) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        while (!header.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            header.write(b);
        }
        return header.toString(StandardCharsets.ISO_8859_1);
    }

    public static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void serve(Script script) {
        try {
            while (true) {
                SocketChannel channel = listener.accept();
                Thread.ofVirtual().name("scripted-connection").start(() -> {
                    try (channel) {
                        script.play(Channels.newInputStream(channel), Channels.newOutputStream(channel));
                    } catch (IOException | RuntimeException e) {
                        failures.add(e.toString());
                    }
                });
            }
        } catch (ClosedChannelException e) {
            // the test is over
        } catch (IOException e) {
            failures.add(e.toString());
        }
    }
}
