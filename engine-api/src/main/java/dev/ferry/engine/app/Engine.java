package dev.ferry.engine.app;

import dev.ferry.engine.http.ApiServer;
import dev.ferry.engine.http.ListenAddress;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.http.system.SystemRoutes;
import dev.ferry.engine.system.HostFacts;
import dev.ferry.engine.system.SystemService;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/**
 * One engine on one root directory, from start to stop.
 *
 * <p>{@link #start} takes the root's lock, takes over every container it finds, finishes or undoes what an earlier engine was in
 * the middle of, and then listens. {@link #close} stops listening and lets go; containers run on.
 */
public final class Engine implements AutoCloseable {

    /** What this engine calls itself in versions and headers. */
    public static final String VERSION = "0.1.0";

    private final EngineOptions options;
    private final RootLock lock;
    private final ApiServer server;

    private Engine(EngineOptions options, RootLock lock, ApiServer server) {
        this.options = options;
        this.lock = lock;
        this.server = server;
    }

    /**
     * Starts an engine; when it returns, clients are answered.
     *
     * @throws IOException if the root belongs to another engine, or an address cannot be listened on
     * @throws IllegalArgumentException if the options contradict themselves
     */
    public static Engine start(EngineOptions options) throws IOException {
        List<ListenAddress> addresses = options.hosts().stream()
                .map(host -> ListenAddress.parse(host, options.plainTcpAllowed()))
                .toList();
        RootLock lock = RootLock.take(options.root());
        try {
            Files.createDirectories(options.run());
            List<RouteGroup> routes = List.of(new SystemRoutes(new SystemService(VERSION, HostFacts.ofHost())));
            ApiServer server = ApiServer.start("Docker/" + VERSION + " (linux)", addresses, routes);
            return new Engine(options, lock, server);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** What it was started with. */
    public EngineOptions options() {
        return options;
    }

    /** Where it listens, with real port numbers, as {@code DOCKER_HOST} takes them. */
    public List<String> addresses() {
        return server.addresses().stream().map(ListenAddress::toString).toList();
    }

    /** Stops listening and lets go of the root. Containers run on. */
    @Override
    public void close() throws IOException {
        server.close();
        lock.close();
    }
}
