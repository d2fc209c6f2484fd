/**
 * The {@code ferry} command line: a client of the engine like any other.
 *
 * <p>Begin with {@link Main}, then {@code command}: one class for each command. What a call knows of the world and how failures are
 * told is in {@code invocation}. Nothing prints but {@code render}.
 */
@NullMarked
package dev.ferry.cli;

import org.jspecify.annotations.NullMarked;
