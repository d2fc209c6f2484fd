/**
 * Whether what runs also works.
 *
 * <p>Begin with {@link dev.ferry.engine.health.HealthService}. A check is a program that is run in the container now and then; a sleeping
 * timer posts each run to the container's lane, its end comes back there, and no thread waits in between.
 */
@NullMarked
package dev.ferry.engine.health;

import org.jspecify.annotations.NullMarked;
