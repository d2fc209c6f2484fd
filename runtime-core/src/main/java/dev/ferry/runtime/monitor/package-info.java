/**
 * The process that outlives the engine: what it is told to do, and what it leaves for others to read.
 *
 * <p>Begin with {@link dev.ferry.runtime.monitor.MonitorFd}, the table of its descriptors. A <i>monitor</i> is a generated
 * program that makes the stdio pipes, clones one child, appends what the child writes to the <i>log</i> as <i>frames</i>, reaps
 * it and writes the <i>exit record</i>. Its formats are versioned: an engine must understand monitors that an older engine
 * started. Knows the step language; knows nothing of what a container is.
 */
@NullMarked
package dev.ferry.runtime.monitor;

import org.jspecify.annotations.NullMarked;
