/**
 * The measurements of {@code ferry bench} as JMH benchmarks, for whoever compares two versions of Ferry.
 *
 * <p>Begin with {@link dev.ferry.bench.jmh.StartBenchmark}. JMH makes subclasses of what is here, so these classes are not final
 * and their fields not private.
 */
@NullMarked
package dev.ferry.bench.jmh;

import org.jspecify.annotations.NullMarked;
