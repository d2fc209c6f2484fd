/**
 * An engine as an object: one method for each call of the API that Ferry's own programs make.
 *
 * <p>Begin with {@link EngineClient}. Speaks to any engine of the Docker API, except for {@link FerryCalls}. Knows records, versions
 * and the wire; prints nothing, decides nothing. Every call blocks until its answer is there, and is ended by interrupting its thread.
 */
@NullMarked
package dev.ferry.api.client;

import org.jspecify.annotations.NullMarked;
