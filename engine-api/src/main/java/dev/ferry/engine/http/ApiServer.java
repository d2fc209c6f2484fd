package dev.ferry.engine.http;

import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.NotModified;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one HTTP server of the engine, on one or more addresses. */
public final class ApiServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

    /** What a refused request may still send; a client with more sees its connection break. */
    private static final long LONGEST_REST = 256L << 20;

    private final Javalin javalin;
    private final List<ListenAddress> addresses;

    private ApiServer(Javalin javalin, List<ListenAddress> addresses) {
        this.javalin = javalin;
        this.addresses = addresses;
    }

    /**
     * Listens, and answers from the moment that the engine is ready: requests that come before wait for it.
     *
     * @param product the value of the Server header
     * @param ready opens when the engine knows what it has
     * @throws IOException if an address is taken by a living server or cannot be bound
     */
    public static ApiServer start(
            String product, List<ListenAddress> addresses, List<RouteGroup> groups, CountDownLatch ready)
            throws IOException {
        for (ListenAddress address : addresses) {
            if (address instanceof ListenAddress.UnixSocket socket) {
                clear(socket.path());
            }
        }
        List<ServerConnector> tcp = new ArrayList<>();
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            config.concurrency.useVirtualThreads = true;
            // build contexts and image archives have no useful limit
            config.http.maxRequestSize = Long.MAX_VALUE;
            config.http.compressionStrategy = CompressionStrategy.NONE;
            config.http.defaultContentType = "application/json";
            config.jetty.modifyHttpConfiguration(ApiServer::configure);
            config.jetty.modifyServer(server -> {
                server.insertHandler(new VersionPrefix(product));
                server.setErrorHandler(ApiServer::answerError);
                server.setStopTimeout(1000);
            });
            for (ListenAddress address : addresses) {
                config.jetty.addConnector((server, http) -> connector(server, http, address, tcp));
            }
            errors(config.routes);
            config.routes.before(request -> ready.await());
            for (RouteGroup group : groups) {
                group.register(config.routes);
            }
        });
        try {
            javalin.start();
        } catch (RuntimeException e) {
            javalin.stop();
            throw new IOException("cannot listen on " + addresses + ": " + rootMessage(e), e);
        }
        List<ListenAddress> bound = new ArrayList<>();
        for (ListenAddress address : addresses) {
            switch (address) {
                case ListenAddress.UnixSocket socket -> {
                    Files.setPosixFilePermissions(socket.path(), PosixFilePermissions.fromString("rw-rw----"));
                    bound.add(socket);
                }
                case ListenAddress.PlainTcp plain ->
                    bound.add(new ListenAddress.PlainTcp(
                            plain.host(), tcp.removeFirst().getLocalPort()));
            }
        }
        return new ApiServer(javalin, List.copyOf(bound));
    }

    /** Where it listens, with real port numbers. */
    public List<ListenAddress> addresses() {
        return addresses;
    }

    /** What it serves: method and path of each, in the order in which they are tried. */
    public List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(handler -> handler.endpoint.method + " " + handler.endpoint.path)
                .toList();
    }

    /** Stops listening, ends open connections and removes the socket files. */
    @Override
    public void close() {
        javalin.stop();
        for (ListenAddress address : addresses) {
            if (address instanceof ListenAddress.UnixSocket socket) {
                try {
                    Files.deleteIfExists(socket.path());
                } catch (IOException e) {
                    LOG.warn("socket \"{}\" stays behind", socket.path(), e);
                }
            }
        }
    }

    private static void configure(HttpConfiguration http) {
        http.setIdleTimeout(-1);
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        http.setRequestHeaderSize(64 * 1024);
    }

    private static Connector connector(
            Server server, HttpConfiguration http, ListenAddress address, List<ServerConnector> tcp) {
        return switch (address) {
            case ListenAddress.UnixSocket socket -> {
                UnixDomainServerConnector connector = new UnixDomainServerConnector(server, new LenientHost(http));
                connector.setUnixDomainPath(socket.path());
                connector.setIdleTimeout(0);
                yield connector;
            }
            case ListenAddress.PlainTcp plain -> {
                ServerConnector connector = new ServerConnector(server, new LenientHost(http));
                connector.setHost(plain.host());
                connector.setPort(plain.port());
                connector.setIdleTimeout(0);
                tcp.add(connector);
                yield connector;
            }
        };
    }

    /** A socket file without a listener is a leftover of a killed engine and is removed; one with a listener is refused. */
    private static void clear(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (!Files.exists(path)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException nobody) {
            Files.delete(path);
            return;
        }
        throw new IOException(
                "socket \"" + path + "\" is in use by a running engine: stop it, or give this one another --host");
    }

    private static void errors(RoutesConfig routes) {
        routes.exception(Exception.class, ApiServer::answer);
        routes.exception(HttpResponseException.class, (e, ctx) -> {
            ctx.status(e.getStatus());
            json(ctx, e.getStatus() == 404 ? "page not found" : String.valueOf(e.getMessage()));
        });
    }

    private static void answer(Exception e, Context ctx) {
        readRest(ctx);
        if (e instanceof EngineException known) {
            if (known instanceof Failed) {
                LOG.warn("{} {}: {}", ctx.method(), ctx.path(), known.code(), known);
            }
            ctx.status(ErrorAnswer.status(known));
            if (!(known instanceof NotModified)) {
                json(ctx, known.getMessage());
            }
            return;
        }
        LOG.error("{} {} failed", ctx.method(), ctx.path(), e);
        ctx.status(500);
        json(ctx, "internal error: " + e);
    }

    /** A client that is still sending does not read the answer: it sees a broken connection instead. */
    private static void readRest(Context ctx) {
        if (ctx.header("Upgrade") != null) {
            return;
        }
        byte[] buffer = new byte[16 * 1024];
        long left = LONGEST_REST;
        try {
            InputStream body = ctx.bodyInputStream();
            for (int read = 0; read >= 0 && left > 0; left -= read) {
                read = body.read(buffer);
            }
        } catch (IOException hungUp) {
            // then nobody waits for the answer either
        }
    }

    private static void json(Context ctx, String message) {
        ctx.contentType("application/json");
        ctx.result(ErrorAnswer.body(message));
    }

    /** Errors that Jetty finds before a handler runs: a request that is no HTTP, a header that is too long. */
    private static boolean answerError(Request request, Response response, Callback callback) {
        Object message = request.getAttribute("org.eclipse.jetty.server.error_message");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        Content.Sink.write(
                response, true, ErrorAnswer.body(message == null ? "bad request" : message.toString()), callback);
        return true;
    }

    private static String rootMessage(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }
}
