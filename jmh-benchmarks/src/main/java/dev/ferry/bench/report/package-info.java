/**
 * What was measured, as percentiles, as JSON and as a picture.
 *
 * <p>Begin with {@link dev.ferry.bench.report.Samples}. Knows nothing of what was measured. A <i>series</i> is all samples of
 * one measure of one subject.
 */
@NullMarked
package dev.ferry.bench.report;

import org.jspecify.annotations.NullMarked;
