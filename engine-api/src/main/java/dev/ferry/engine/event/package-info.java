/**
 * What happens in the engine, told to whoever listens.
 *
 * <p>Begin with {@link dev.ferry.engine.event.EventBus}. Services publish, {@code engine.http} subscribes for clients. A slow
 * listener never holds up a publisher: its queue is bounded, and one that overflows is cut off and told so.
 *
 * <p>Knows none of the services. The <i>window</i> is the last events, kept for {@code since}.
 */
@NullMarked
package dev.ferry.engine.event;

import org.jspecify.annotations.NullMarked;
