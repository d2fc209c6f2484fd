/**
 * Versions of the Docker Engine API and the range this engine speaks.
 *
 * <p>Begin with {@link ApiVersion}. Anyone may use it; it knows nothing of the records or of HTTP.
 */
@NullMarked
package dev.ferry.api.version;

import org.jspecify.annotations.NullMarked;
