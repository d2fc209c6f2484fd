/**
 * Endpoints of containers.
 *
 * <p>Begin with {@link dev.ferry.engine.http.container.ContainerRoutes}; streams (attach, logs, wait) are in
 * {@link dev.ferry.engine.http.container.StreamRoutes}. Handlers unpack, call one service, pack; what a container looks like in the API is in
 * {@link dev.ferry.engine.http.container.ContainerViews}.
 */
@NullMarked
package dev.ferry.engine.http.container;

import org.jspecify.annotations.NullMarked;
