package dev.ferry.engine.http;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection taken over after the response head: raw bytes both ways, each direction ending on its own.
 *
 * <p>Used with status 101 when the client asked for an upgrade, else with 200 and the end of the connection as the end of the
 * body. The second form also serves endless streams (events, logs, wait), because a hijacked connection sees at once that its
 * client has gone, where a servlet would only see it at the next write.
 *
 * <p>The handler starts it and returns; Jetty hands the connection over when the response is complete, and the body then runs
 * on a virtual thread of its own. The connection closes when the body returns.
 */
public final class Hijack extends AbstractConnection implements Connection.UpgradeTo {

    /** What is done with the raw connection. */
    @FunctionalInterface
    public interface Body {
        /** Runs until the conversation is over. */
        void run(Hijack connection) throws IOException, InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Hijack.class);
    private static final Executor VIRTUAL =
            task -> Thread.ofVirtual().name("hijack").start(task);
    private static final int BUFFER = 32 * 1024;
    private static final long PARTING_MILLIS = 1000;

    private final Body body;
    private final Semaphore fillable = new Semaphore(0);
    private final ByteBuffer input = BufferUtil.allocate(BUFFER);

    /** Keeps frames of several writers whole; held over the write, which is the point. Taken inside no other lock. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Serialises readers: Jetty takes one at a time. Held while waiting for input; taken inside no other lock. */
    private final ReentrantLock reading = new ReentrantLock();

    private final CountDownLatch inputEnded = new CountDownLatch(1);
    private volatile boolean over;
    private volatile @Nullable Throwable failure;
    private @Nullable ByteBuffer early;

    private Hijack(EndPoint endPoint, Body body) {
        super(endPoint, VIRTUAL);
        this.body = body;
    }

    /**
     * Answers the head and takes the connection over. The handler must return right after, having read its request body.
     *
     * @param upgrade the protocol to switch to with 101, or null for 200
     * @param contentType the type of what follows
     */
    public static void start(Context ctx, @Nullable String upgrade, String contentType, Body body) throws IOException {
        Request core = ServletContextRequest.getServletContextRequest(ctx.req());
        EndPoint endPoint = core.getConnectionMetaData().getConnection().getEndPoint();
        HttpServletResponse response = ctx.res();
        response.setContentType(contentType);
        if (upgrade != null) {
            response.setStatus(101);
            response.setHeader("Connection", "Upgrade");
            response.setHeader("Upgrade", upgrade);
        } else {
            response.setStatus(200);
            response.setHeader("Connection", "close");
            response.flushBuffer();
        }
        core.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, new Hijack(endPoint, body));
    }

    @Override
    public void onUpgradeTo(ByteBuffer buffer) {
        if (buffer != null && buffer.hasRemaining()) {
            ByteBuffer copy = ByteBuffer.allocate(buffer.remaining());
            copy.put(buffer).flip();
            early = copy;
        }
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(-1);
        VIRTUAL.execute(() -> {
            try {
                body.run(this);
            } catch (IOException | InterruptedException e) {
                LOG.debug("hijacked connection ended", e);
            } catch (RuntimeException | Error e) {
                LOG.warn("hijacked connection failed", e);
            } finally {
                part();
            }
        });
    }

    /**
     * Closes so that the client gets all that was written: our side first, then what it still sends is read, for a while. A socket that
     * is closed with unread bytes in it resets the connection, and the client loses the end of its output.
     */
    private void part() {
        over = true;
        getEndPoint().shutdownOutput();
        Thread.ofVirtual().name("hijack-part").start(() -> {
            try {
                if (!inputEnded.await(PARTING_MILLIS, TimeUnit.MILLISECONDS)) {
                    LOG.debug("client keeps its side open");
                }
            } catch (InterruptedException e) {
                LOG.debug("parting interrupted", e);
            } finally {
                close();
            }
        });
        if (reading.tryLock()) {
            try {
                byte[] sink = new byte[512];
                while (readLocked(sink, 0, sink.length) >= 0) {
                    // nobody wants it any more
                }
            } catch (IOException gone) {
                LOG.debug("client left", gone);
            } finally {
                reading.unlock();
                inputEnded.countDown();
            }
        }
    }

    @Override
    public void onFillable() {
        fillable.release();
    }

    @Override
    public void onFillInterestedFailed(Throwable cause) {
        failure = cause;
        fillable.release();
    }

    /** Idle connections are kept: a container may be silent for days. */
    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        return false;
    }

    /** What the client sends; end of stream is its half close. One reader at a time. */
    public InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return Hijack.this.read(target, offset, length);
            }
        };
    }

    /** What the client gets; every write goes out at once. Safe for several writers: each write stays whole. */
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                Hijack.this.write(ByteBuffer.wrap(source, offset, length));
            }
        };
    }

    /** Calls back, on a thread of its own, when the client has gone or closed its side. For streams that read no input. */
    public void whenClientLeaves(Runnable left) {
        Thread.ofVirtual().name("hijack-eof").start(() -> {
            byte[] sink = new byte[512];
            try {
                while (read(sink, 0, sink.length) >= 0) {
                    // nothing is expected here: what a client sends on an answer stream has no meaning
                }
            } catch (IOException gone) {
                LOG.debug("client left", gone);
            }
            left.run();
        });
    }

    private int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        reading.lock();
        try {
            int count = readLocked(target, offset, length);
            while (over && count >= 0) {
                count = readLocked(target, offset, length);
            }
            if (count < 0) {
                inputEnded.countDown();
            }
            return count;
        } catch (IOException e) {
            inputEnded.countDown();
            throw e;
        } finally {
            reading.unlock();
        }
    }

    private int readLocked(byte[] target, int offset, int length) throws IOException {
        ByteBuffer first = early;
        if (first != null) {
            int count = Math.min(length, first.remaining());
            first.get(target, offset, count);
            if (!first.hasRemaining()) {
                early = null;
            }
            return count;
        }
        while (!input.hasRemaining()) {
            Throwable failed = failure;
            if (failed != null) {
                throw new IOException("connection lost", failed);
            }
            BufferUtil.clear(input);
            int count = getEndPoint().fill(input);
            if (count < 0) {
                return -1;
            }
            if (count == 0) {
                fillInterested();
                fillable.acquireUninterruptibly();
            }
        }
        int count = Math.min(length, input.remaining());
        input.get(target, offset, count);
        return count;
    }

    private void write(ByteBuffer bytes) throws IOException {
        writing.lock();
        try (Blocker.Callback callback = Blocker.callback()) {
            getEndPoint().write(callback, bytes);
            callback.block();
        } finally {
            writing.unlock();
        }
    }
}
