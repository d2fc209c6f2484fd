package dev.ferry.criu.bundle;

import dev.ferry.criu.rpc.CriuVersion;
import dev.ferry.runtime.bundle.CheckpointFlags.PageServer;
import dev.ferry.runtime.bundle.RuntimeRefused;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a CRIU that serves pages and whoever fetches them, because CRIU takes the end of any connection for the end of the work: a
 * look at its port would end the container whose memory is nowhere else. Nor does CRIU listen at the address that it is told.
 *
 * <p>Only requests for pages and the farewell pass, the farewell only when all pages have been asked for; whoever leaves before is the end of
 * CRIU, and not of the container. One who says nothing at all is nobody.
 *
 * <pre>
 *   u32 command, u32 pages, u64 address, u64 which memory           (page-xfer.c, struct page_server_iov, up to CRIU 4.1)
 *   u32 command, u32 padding, u64 pages, u64 address, u64 which memory (since 4.2)
 * </pre>
 */
final class PageRelay implements AutoCloseable {
    private static final int MESSAGE = 24;
    private static final int WIDE_MESSAGE = 32;
    private static final CriuVersion WIDE_SINCE = new CriuVersion(4, 2, 0);

    private static final int GET = 7;
    private static final int CLOSE = 0x1023;
    private static final int FORCE_CLOSE = 0x1024;
    /** Flags lie above. */
    private static final int COMMAND = 0xffff;

    private static final long PAGE = 4096;

    private final ServerSocket listening;
    /** Stretches that were asked for, from first to behind last address, by memory. Of the serving thread. */
    private final Map<Long, NavigableMap<Long, Long>> asked = new HashMap<>();

    private volatile @Nullable Socket criu;
    private volatile @Nullable Socket client;
    private volatile @Nullable String failure;

    private PageRelay(ServerSocket listening) {
        this.listening = listening;
    }

    /** Listens. Nothing is served yet. */
    static PageRelay at(PageServer address) throws RuntimeRefused {
        ServerSocket listening = null;
        try {
            listening = new ServerSocket();
            listening.bind(new InetSocketAddress(InetAddress.getByName(address.address()), address.port()));
            return new PageRelay(listening);
        } catch (IOException e) {
            close(listening);
            throw new RuntimeRefused(
                    "--page-server: \"%s\" port %d cannot be listened at: %s; name an address of this host and a port that is free"
                            .formatted(address.address(), address.port(), e.getMessage()),
                    e);
        }
    }

    /**
     * Serves. CRIU takes one connection in its life, so from here on it hears of nobody else.
     *
     * @param port where CRIU listens
     * @param pages how many there are
     * @param version of CRIU, by which messages are long or short
     * @param giveUp ends CRIU
     */
    void serve(int port, long pages, CriuVersion version, Runnable giveUp) throws IOException {
        boolean wide = version.compareTo(WIDE_SINCE) >= 0;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        criu = server;
        // if we die here, CRIU must hear of a failure and not of an end: reset, socket(7)
        server.setSoLinger(true, 0);
        // daemons: a call that is over waits for nobody
        Thread.ofPlatform().daemon().name("page-relay").start(() -> {
            try {
                while (!serveNext(server, pages, wide)) {
                    // that one was nobody
                }
            } catch (IOException e) {
                failure = e.getMessage();
                giveUp.run();
            }
        });
    }

    /** Why not all pages went out. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private boolean serveNext(Socket server, long pages, boolean wide) throws IOException {
        try (Socket asking = listening.accept()) {
            client = asking;
            asking.setTcpNoDelay(true);
            int length = wide ? WIDE_MESSAGE : MESSAGE;
            byte[] message = asking.getInputStream().readNBytes(length);
            if (message.length == 0) {
                return false;
            }
            Thread.ofPlatform().daemon().name("page-relay-back").start(() -> passBack(server, asking));
            DataOutputStream out = new DataOutputStream(server.getOutputStream());
            while (true) {
                boolean last = examine(message, pages, wide);
                out.write(message);
                if (last) {
                    server.setSoLinger(false, 0);
                    awaitEnd(asking.getInputStream());
                    server.shutdownOutput();
                    return true;
                }
                message = asking.getInputStream().readNBytes(length);
            }
        }
    }

    private static void passBack(Socket server, Socket asking) {
        try {
            server.getInputStream().transferTo(asking.getOutputStream());
        } catch (IOException over) {
            // whoever reads the other direction hears of it, too
        } finally {
            close(asking);
        }
    }

    private static void awaitEnd(InputStream in) {
        try {
            in.skip(Long.MAX_VALUE);
        } catch (IOException over) {
            // it has said everything
        }
    }

    /** Whether it was the farewell. */
    private boolean examine(byte[] message, long pages, boolean wide) throws IOException {
        if (message.length < (wide ? WIDE_MESSAGE : MESSAGE)) {
            throw new IOException("whoever fetched them went away after %d of %d pages".formatted(fetched(), pages));
        }
        ByteBuffer fields = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        int command = fields.getInt(0) & COMMAND;
        if (command == GET) {
            long count = wide ? fields.getLong(8) : Integer.toUnsignedLong(fields.getInt(4));
            int at = wide ? 16 : 8;
            long first = fields.getLong(at);
            note(fields.getLong(at + 8), first, first + count * PAGE);
            return false;
        }
        if (command != CLOSE && command != FORCE_CLOSE) {
            throw new IOException("command 0x%x of whoever fetches pages is not known".formatted(command));
        }
        if (fetched() < pages) {
            throw new IOException("whoever fetched them left after %d of %d pages".formatted(fetched(), pages));
        }
        return true;
    }

    private void note(long memory, long first, long end) {
        NavigableMap<Long, Long> stretches = asked.computeIfAbsent(memory, any -> new TreeMap<>());
        long from = first;
        long to = end;
        Map.Entry<Long, Long> before = stretches.floorEntry(first);
        if (before != null && before.getValue() >= first) {
            from = before.getKey();
            to = Math.max(to, before.getValue());
        }
        Map.Entry<Long, Long> behind = stretches.ceilingEntry(from);
        while (behind != null && behind.getKey() <= to) {
            to = Math.max(to, behind.getValue());
            stretches.remove(behind.getKey());
            behind = stretches.ceilingEntry(from);
        }
        stretches.put(from, to);
    }

    private long fetched() {
        return asked.values().stream()
                .flatMap(stretches -> stretches.entrySet().stream())
                .mapToLong(stretch -> (stretch.getValue() - stretch.getKey()) / PAGE)
                .sum();
    }

    private static void close(java.io.@Nullable Closeable socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException gone) {
                // there is nothing left to lose
            }
        }
    }

    @Override
    public void close() {
        close(listening);
        close(client);
        close(criu);
    }
}
