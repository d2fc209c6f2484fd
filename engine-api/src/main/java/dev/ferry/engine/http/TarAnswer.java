package dev.ferry.engine.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An answer of unknown length whose status is long sent when something goes wrong. */
public final class TarAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(TarAnswer.class);

    private TarAnswer() {}

    /** Writes the tar, and closes the stream if all of it is written. */
    @FunctionalInterface
    public interface Body {
        void write(OutputStream out) throws IOException;
    }

    /** Sends status 200 and a tar. When that fails half way the connection breaks: an orderly end would say that this was all. */
    public static void send(Context ctx, Body body) {
        ctx.res().setStatus(200);
        ctx.res().setContentType("application/x-tar");
        try {
            body.write(ctx.res().getOutputStream());
        } catch (IOException e) {
            LOG.warn("{} {}: broken off: {}", ctx.method(), ctx.path(), e.getMessage());
            ServletContextRequest.getServletContextRequest(ctx.req())
                    .getConnectionMetaData()
                    .getConnection()
                    .getEndPoint()
                    .close(e);
        }
    }
}
