package dev.ferry.engine.http;

import io.javalin.config.RoutesConfig;

/** Some endpoints that belong together. */
@FunctionalInterface
public interface RouteGroup {

    /** Adds the endpoints. Called once, before the server listens. */
    void register(RoutesConfig routes);
}
