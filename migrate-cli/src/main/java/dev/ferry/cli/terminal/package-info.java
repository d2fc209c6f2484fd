/**
 * The terminal that the command line runs on: raw mode and size.
 *
 * <p>Begin with {@link Terminal}. Knows {@code stty} and {@code /dev/tty}; knows nothing of engines.
 */
@NullMarked
package dev.ferry.cli.terminal;

import org.jspecify.annotations.NullMarked;
