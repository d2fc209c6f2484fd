/**
 * Endpoints of further processes in containers.
 *
 * <p>Begin with {@link dev.ferry.engine.http.exec.ExecRoutes}. Thin; the behaviour is in {@code engine.exec}.
 */
@NullMarked
package dev.ferry.engine.http.exec;

import org.jspecify.annotations.NullMarked;
