/**
 * One call of the command line: its surroundings, its failures, its exit codes.
 *
 * <p>Begin with {@link Invocation}. Used by every command; knows how failures become a text and an exit code ({@link Failures},
 * {@link ExitCode}) and where the engine is; knows no command.
 */
@NullMarked
package dev.ferry.cli.invocation;

import org.jspecify.annotations.NullMarked;
