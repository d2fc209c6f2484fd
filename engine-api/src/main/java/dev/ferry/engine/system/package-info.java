/**
 * What this engine and its host are: versions, limits, counts.
 *
 * <p>Begin with {@link dev.ferry.engine.system.SystemService}. Asks the other services and the host; changes nothing.
 */
@NullMarked
package dev.ferry.engine.system;

import org.jspecify.annotations.NullMarked;
