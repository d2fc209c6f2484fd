/**
 * One class for each command of {@code ferry}.
 *
 * <p>Begin with {@link Commands}. A command reads its options, calls the engine, hands values to {@code render} and returns an exit
 * code; failures are thrown and told by {@link dev.ferry.cli.invocation.Failures}. Commands do not call each other; what two of them need is a
 * class of its own, like {@link Attachment}.
 */
@NullMarked
package dev.ferry.cli.command;

import org.jspecify.annotations.NullMarked;
