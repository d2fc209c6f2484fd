package dev.ferry.migration.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Correspondent;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireBroken;
import dev.ferry.migration.protocol.WireException;
import dev.ferry.migration.protocol.WireRefused;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection over TLS. One thread reads: it hands chunks over as they come and starts a thread for each request. Another one beats. Writers
 * take turns. It ends by {@link #close}, by an error, or when nothing has come for a while; the plain socket below is closed then, which also
 * lets a writer go that is stuck in TLS.
 */
public final class TlsWire implements Wire {
    private static final Logger LOG = LoggerFactory.getLogger(TlsWire.class);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final String peer;
    private final Socket plain;
    private final SSLSocket tls;
    private final Patience patience;
    private final DataInputStream in;
    private final OutputStream out;
    private final Correspondent correspondent;
    private final Runnable onEnd;

    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, BlockingQueue<Optional<Reply>>> waiting = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable TokenBucket bucket;

    private TlsWire(
            String peer, Socket plain, SSLSocket tls, Patience patience, Correspondent correspondent, Runnable onEnd)
            throws IOException {
        this.peer = peer;
        this.plain = plain;
        this.tls = tls;
        this.patience = patience;
        this.correspondent = correspondent;
        this.onEnd = onEnd;
        this.in = new DataInputStream(new BufferedInputStream(tls.getInputStream(), 64 << 10));
        this.out = tls.getOutputStream();
    }

    /**
     * Greets the other side and begins to read. Takes both sockets over, also when it fails.
     *
     * @param peer what the other side is called here; its certificate has been checked
     * @param plain the socket below {@code tls}
     * @param onEnd is run once when the connection has ended
     * @throws WireRefused when the sides have no version of the protocol in common
     */
    public static TlsWire open(
            String peer,
            Socket plain,
            SSLSocket tls,
            Patience patience,
            String engine,
            Correspondent correspondent,
            Runnable onEnd)
            throws WireException {
        boolean done = false;
        try {
            tls.setSoTimeout((int) patience.silence().toMillis());
            plain.setTcpNoDelay(true);
            TlsWire wire = new TlsWire(peer, plain, tls, patience, correspondent, onEnd);
            wire.greet(new Hello(Hello.SPOKEN, engine));
            wire.start();
            done = true;
            return wire;
        } catch (WireException e) {
            throw e;
        } catch (IOException e) {
            throw new WireBroken("the connection to peer \"" + peer + "\" broke: " + e.getMessage(), e);
        } finally {
            if (!done) {
                closeQuietly(plain);
            }
        }
    }

    private void greet(Hello mine) throws IOException {
        write(Frame.text(Frame.Kind.HELLO, JSON.writeValueAsString(mine)), null);
        Frame frame = Frame.read(in, new byte[1024]);
        if (frame.kind() != Frame.Kind.HELLO) {
            throw new IOException("it began with a " + frame.kind());
        }
        Hello theirs = JSON.readValue(frame.text(), Hello.class);
        if (mine.common(theirs).isEmpty()) {
            throw new WireRefused(
                    "wire.version",
                    "peer \"" + peer + "\" (engine " + theirs.engine() + ") speaks versions " + theirs.versions()
                            + " of the migration protocol, this engine (" + mine.engine() + ") " + mine.versions()
                            + "; upgrade the older engine",
                    null);
        }
    }

    private void start() {
        Thread.ofVirtual().name("wire-read-" + peer).start(this::read);
        Thread.ofVirtual().name("wire-beat-" + peer).start(this::beat);
    }

    private void read() {
        byte[] buffer = new byte[Frame.CHUNK_FIELDS + Chunk.MAXIMUM];
        try {
            while (isOpen()) {
                Frame frame = Frame.read(in, buffer);
                switch (frame.kind()) {
                    case BEAT -> {
                        // that it came is all it says
                    }
                    case CHUNK -> correspondent.take(peer, frame.chunk());
                    case REQUEST -> {
                        long number = frame.number();
                        String text = frame.text();
                        Thread.ofVirtual().name("wire-answer-" + peer).start(() -> answer(number, text));
                    }
                    case REPLY -> {
                        long number = frame.number();
                        // read before the asker is let go: one that cannot be read ends the connection for it too
                        Reply reply = JSON.readValue(frame.text(), Reply.class);
                        BlockingQueue<Optional<Reply>> asker = waiting.remove(number);
                        if (asker != null) {
                            asker.add(Optional.of(reply));
                        }
                    }
                    case HELLO -> throw new IOException("it greeted twice");
                }
            }
        } catch (java.net.SocketTimeoutException e) {
            end("nothing came for " + patience.silence().toMillis() + " ms");
        } catch (IOException | RuntimeException e) {
            end(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        }
    }

    private void answer(long number, String text) {
        Reply reply;
        try {
            reply = correspondent.answer(peer, JSON.readValue(text, Request.class));
        } catch (JsonProcessingException e) {
            reply = new Reply.Refused(
                    "wire.request",
                    "the request cannot be read: " + e.getOriginalMessage() + "; upgrade the older engine");
        } catch (RuntimeException e) {
            LOG.error("a request of peer {} failed", peer, e);
            reply = new Reply.Refused("wire.failed", "the engine failed: " + e);
        }
        try {
            write(Frame.text(Frame.Kind.REPLY, number, JSON.writeValueAsString(reply)), null);
        } catch (IOException e) {
            end("an answer could not be sent: " + e.getMessage());
        }
    }

    private void beat() {
        try {
            while (!ended.await(patience.beat().toMillis(), TimeUnit.MILLISECONDS)) {
                // a writer that is at work is sign enough
                if (!writing.isLocked()) {
                    write(Frame.beat(), null);
                }
            }
        } catch (IOException e) {
            end(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public Reply request(Request request, Duration patience) throws WireException {
        long number = numbers.incrementAndGet();
        BlockingQueue<Optional<Reply>> answer = new ArrayBlockingQueue<>(2);
        waiting.put(number, answer);
        try {
            String why = end.get();
            if (why != null) {
                throw broken(why);
            }
            write(Frame.text(Frame.Kind.REQUEST, number, JSON.writeValueAsString(request)), null);
            Optional<Reply> reply = answer.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (reply == null) {
                end("there was no answer for " + patience.toMillis() + " ms");
                throw broken("there was no answer for " + patience.toMillis() + " ms");
            }
            return reply.orElseThrow(() -> broken(String.valueOf(end.get())));
        } catch (WireException e) {
            throw e;
        } catch (IOException e) {
            end(String.valueOf(e.getMessage()));
            throw broken(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw broken("interrupted");
        } finally {
            waiting.remove(number);
        }
    }

    @Override
    public void send(Chunk chunk) throws WireException {
        TokenBucket limit = bucket;
        if (limit != null) {
            limit.take(chunk.bytes().remaining());
        }
        try {
            write(Frame.chunk(chunk), chunk.bytes());
        } catch (IOException e) {
            end(String.valueOf(e.getMessage()));
            throw broken(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void limit(long bytesPerSecond) {
        bucket = bytesPerSecond <= 0 ? null : new TokenBucket(bytesPerSecond, System.nanoTime());
    }

    private void write(ByteBuffer head, @Nullable ByteBuffer rest) throws IOException {
        writing.lock();
        try {
            String why = end.get();
            if (why != null) {
                throw new IOException(why);
            }
            out.write(head.array(), head.arrayOffset() + head.position(), head.remaining());
            if (rest != null && rest.hasArray()) {
                out.write(rest.array(), rest.arrayOffset() + rest.position(), rest.remaining());
            } else if (rest != null) {
                byte[] copy = new byte[rest.remaining()];
                rest.get(copy);
                out.write(copy);
            }
        } finally {
            writing.unlock();
        }
    }

    private WireBroken broken(String why) {
        return new WireBroken(
                "the connection to peer \"" + peer + "\" broke: " + why
                        + "; see whether its engine runs and can be reached",
                null);
    }

    @Override
    public boolean isOpen() {
        return end.get() == null;
    }

    @Override
    public void close() {
        end("it was closed");
    }

    private void end(String why) {
        if (!end.compareAndSet(null, why)) {
            return;
        }
        LOG.debug("connection with peer {} ended: {}", peer, why);
        ended.countDown();
        closeQuietly(plain);
        waiting.values().forEach(asker -> asker.add(Optional.empty()));
        onEnd.run();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("a socket could not be closed: {}", e.getMessage());
        }
    }

    /** How TLS sees the other side. */
    SSLSocket tls() {
        return tls;
    }
}
