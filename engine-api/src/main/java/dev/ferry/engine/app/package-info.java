/**
 * The engine as a whole: configuration, composition, start and stop order.
 *
 * <p>Begin with {@link dev.ferry.engine.app.Engine}; {@link dev.ferry.engine.app.EngineMain} is the program around it. The only package
 * that sees all others: it builds every service with {@code new}, in the order in which they may use each other.
 *
 * <p>Stopping the engine stops no container: their monitors go on without it, and the next engine takes them over.
 */
@NullMarked
package dev.ferry.engine.app;

import org.jspecify.annotations.NullMarked;
