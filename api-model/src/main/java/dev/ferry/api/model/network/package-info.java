/**
 * How containers are attached to networks, as the API tells it.
 *
 * <p>Begin with {@link EndpointSettings}. Values only; used by the container records. An endpoint is one container's place in one network.
 */
@NullMarked
package dev.ferry.api.model.network;

import org.jspecify.annotations.NullMarked;
