/**
 * Endpoints of images: list, import, load, save, inspect, history, tag, remove.
 *
 * <p>Begin with {@link dev.ferry.engine.http.image.ImageRoutes}. Thin: every behaviour is in {@code engine.image}.
 */
@NullMarked
package dev.ferry.engine.http.image;

import org.jspecify.annotations.NullMarked;
