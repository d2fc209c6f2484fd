/**
 * The words of a benchmark's command line.
 *
 * <p>Begin with {@link dev.ferry.bench.command.Options}. Knows no benchmark; all of them use it.
 */
@NullMarked
package dev.ferry.bench.command;

import org.jspecify.annotations.NullMarked;
