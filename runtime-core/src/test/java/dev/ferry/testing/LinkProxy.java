package dev.ferry.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A link that can be as bad as a network, for programs that speak TCP on one machine: one calls the proxy, the proxy calls the other.
 *
 * <pre>{@code
 * try (LinkProxy link = LinkProxy.to(target)) {
 *     client.dial(link.address());
 *     link.throttle(1 << 20);                       // slow
 *     link.delay(Duration.ofMillis(50));            // far away
 *     link.after(100_000, LinkProxy.Trouble.CUT);   // in the middle of something
 *     link.heal();                                  // who calls again gets through
 * }
 * }</pre>
 *
 * A trouble strikes every connection there is; {@link Trouble#REFUSE}, {@link Trouble#SWALLOW} and {@link Trouble#STALL} also those that come
 * until {@link #heal}. Bytes are counted in both directions together, from the moment at which something was asked for.
 */
public final class LinkProxy implements AutoCloseable {
    private static final int PIECE = 16 << 10;
    private static final int ON_THE_WAY = 1024; // pieces in one direction: what a long link holds

    /** What can happen to a link. */
    public enum Trouble {
        /** Nothing. */
        NONE,
        /** Connections are reset; new ones get through. */
        CUT,
        /** Connections are reset, and new ones too. */
        REFUSE,
        /** Connections look open on both sides, and what is sent is lost: the other host is gone, and nobody said so. */
        SWALLOW,
        /** Connections look open, and nothing is taken any more until the link is healed, which goes on where it stood. */
        STALL
    }

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Object changed = new Object();
    // all guarded by changed
    private Trouble trouble = Trouble.NONE;
    private Trouble next = Trouble.NONE;
    private long until;
    private long passed;
    private long bytesPerSecond;
    private long delayNanos;
    private boolean closed;

    private LinkProxy(ServerSocket listener, InetSocketAddress target) {
        this.listener = listener;
        this.target = target;
    }

    /** A link to that address, which is called anew for each connection; any port of the loopback interface leads to it. */
    public static LinkProxy to(InetSocketAddress target) throws IOException {
        return between(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), target);
    }

    /** The same with an address of its own. */
    public static LinkProxy between(InetSocketAddress here, InetSocketAddress target) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.bind(here);
        LinkProxy proxy = new LinkProxy(listener, target);
        Thread.ofPlatform().daemon().name("link " + listener.getLocalPort()).start(proxy::accept);
        return proxy;
    }

    /** Where to call. */
    public InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    /** The same as {@code host:port}. */
    public String text() {
        return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
    }

    /** So many bytes a second in each direction of each connection; 0 for as many as there are. */
    public void throttle(long bytes) {
        synchronized (changed) {
            bytesPerSecond = bytes;
        }
    }

    /** So long on the way in each direction. */
    public void delay(Duration each) {
        synchronized (changed) {
            delayNanos = each.toNanos();
        }
    }

    /** Now. */
    public void strike(Trouble now) {
        synchronized (changed) {
            trouble = now;
            next = Trouble.NONE;
            changed.notifyAll();
        }
        if (now == Trouble.CUT || now == Trouble.REFUSE) {
            sockets.forEach(LinkProxy::reset);
        }
    }

    /** When so many more bytes have passed: those pass, and not one more. */
    public void after(long bytes, Trouble then) {
        synchronized (changed) {
            next = then;
            until = passed + bytes;
        }
    }

    /** As good as new. What was swallowed stays lost, so that connections that were swallowed from are of no use. */
    public void heal() {
        strike(Trouble.NONE);
    }

    /** Bytes that have got through so far, in both directions. */
    public long passed() {
        synchronized (changed) {
            return passed;
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket caller = listener.accept();
                sockets.add(caller);
                if (now() == Trouble.REFUSE) {
                    reset(caller);
                    continue;
                }
                Thread.ofPlatform().daemon().name("link").start(() -> connect(caller));
            } catch (IOException e) {
                // closed: the loop ends
            }
        }
    }

    private void connect(Socket caller) {
        Socket called = new Socket();
        sockets.add(called);
        try {
            called.connect(target);
            direction(caller, called);
            direction(called, caller);
        } catch (IOException e) {
            reset(caller);
            reset(called);
        }
        if (isClosed()) {
            reset(caller);
            reset(called);
        }
    }

    /** Bytes that arrive at a moment. */
    private static final class Piece {
        private final byte[] bytes;
        private final int length;
        private final long due;

        Piece(byte[] bytes, int length, long due) {
            this.bytes = bytes;
            this.length = length;
            this.due = due;
        }

        byte[] bytes() {
            return bytes;
        }

        int length() {
            return length;
        }

        long due() {
            return due;
        }
    }

    private void direction(Socket from, Socket to) throws IOException {
        from.setTcpNoDelay(true);
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        BlockingQueue<Piece> way = new ArrayBlockingQueue<>(ON_THE_WAY);
        Thread writer = Thread.ofPlatform().daemon().name("link out").start(() -> {
            try {
                long free = System.nanoTime();
                while (true) {
                    Piece piece = way.take();
                    if (piece.length() < 0) {
                        to.shutdownOutput();
                        return;
                    }
                    long wait = Math.max(piece.due(), free) - System.nanoTime();
                    if (wait > 0) {
                        TimeUnit.NANOSECONDS.sleep(wait);
                    }
                    long rate = rate();
                    free = rate == 0 ? 0 : Math.max(free, System.nanoTime()) + piece.length() * 1_000_000_000L / rate;
                    pass(piece, out);
                }
            } catch (IOException | InterruptedException e) {
                reset(from);
                reset(to);
            }
        });
        Thread.ofPlatform().daemon().name("link in").start(() -> {
            try {
                int count;
                do {
                    byte[] bytes = new byte[PIECE];
                    count = in.read(bytes);
                    way.put(new Piece(bytes, count, System.nanoTime() + delay()));
                } while (count >= 0);
            } catch (IOException | InterruptedException e) {
                writer.interrupt();
            }
        });
    }

    /** Writes what may pass, and does to the rest what the link's trouble does. */
    private void pass(Piece piece, OutputStream out) throws IOException, InterruptedException {
        int done = 0;
        while (done < piece.length()) {
            int part;
            Trouble struck = Trouble.NONE;
            synchronized (changed) {
                while (trouble == Trouble.STALL && !closed) {
                    changed.wait();
                }
                if (trouble == Trouble.SWALLOW) {
                    return;
                }
                part = piece.length() - done;
                if (next != Trouble.NONE && passed + part >= until) {
                    part = Math.toIntExact(until - passed);
                    struck = next;
                }
                passed += part;
            }
            out.write(piece.bytes(), done, part);
            done += part;
            if (struck != Trouble.NONE) {
                strike(struck);
            }
        }
    }

    private Trouble now() {
        synchronized (changed) {
            return trouble;
        }
    }

    private long rate() {
        synchronized (changed) {
            return bytesPerSecond;
        }
    }

    private long delay() {
        synchronized (changed) {
            return delayNanos;
        }
    }

    private boolean isClosed() {
        synchronized (changed) {
            return closed;
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // it is closed already
        }
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left of it either way
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (changed) {
            closed = true;
            changed.notifyAll();
        }
        listener.close();
        sockets.forEach(LinkProxy::reset);
    }
}
