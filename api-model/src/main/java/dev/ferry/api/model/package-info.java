/**
 * The Docker Engine API as values, in the shape of the newest version; one sub-package for each resource.
 *
 * <p>Begin with {@link dev.ferry.api.model.container.ContainerCreateRequest}. Anyone may use these records; they know nothing of
 * versions, HTTP or engines. Every record tolerates unknown fields and turns what is absent into the empty value of its type, as
 * the peers of this API do; a component is nullable only where absent and empty mean different things. {@link ApiJson} is the one
 * reader and writer that keeps these rules.
 */
@NullMarked
package dev.ferry.api.model;

import org.jspecify.annotations.NullMarked;
