/**
 * How things look: tables, sizes, times, JSON. The only package of Ferry that prints.
 *
 * <p>Begin with {@link Console}. Knows values and text; knows no engine and no command.
 */
@NullMarked
package dev.ferry.cli.render;

import org.jspecify.annotations.NullMarked;
