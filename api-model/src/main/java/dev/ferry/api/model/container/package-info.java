/**
 * The life of a container as the API tells it: what to create, what exists, how it ended.
 *
 * <p>Begin with {@link ContainerCreateRequest}. Values only: nothing here talks to an engine. A summary is one row of a list; an inspection is everything known about one container.
 */
@NullMarked
package dev.ferry.api.model.container;

import org.jspecify.annotations.NullMarked;
