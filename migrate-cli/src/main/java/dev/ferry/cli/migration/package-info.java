/**
 * A migration as a user sees it: how it is followed while it goes on, what is told of it, and what Ctrl-C does to it.
 *
 * <p>Begin with {@link Following}. Texts are made by {@link ProgressText}, {@link VerdictText} and {@link EndText}, which are pure. Knows the
 * client's records and how things look; knows no command line.
 */
@NullMarked
package dev.ferry.cli.migration;

import org.jspecify.annotations.NullMarked;
