/**
 * What happened in an engine.
 *
 * <p>Begin with {@link EventMessage}. Values only; one line of {@code GET /events} is one message.
 */
@NullMarked
package dev.ferry.api.model.event;

import org.jspecify.annotations.NullMarked;
