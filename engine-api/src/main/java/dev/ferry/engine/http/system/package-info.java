/**
 * Endpoints about the engine itself: ping, version, info, events, and what this engine answers to other tools' endpoints.
 *
 * <p>Begin with {@link dev.ferry.engine.http.system.SystemRoutes}. Thin: every behaviour is in {@code engine.system} and
 * {@code engine.event}.
 */
@NullMarked
package dev.ferry.engine.http.system;

import org.jspecify.annotations.NullMarked;
