/**
 * The engine and its host.
 *
 * <p>Begin with {@link SystemInfo}. Values only.
 */
@NullMarked
package dev.ferry.api.model.system;

import org.jspecify.annotations.NullMarked;
