/**
 * Further processes in running containers.
 *
 * <p>Begin with {@link dev.ferry.engine.exec.ExecService}. An exec is made, started once, and can be asked about until its container
 * goes; each has a monitor and a log of its own. A new engine finds those that were started in containers that still run: each
 * has a note beside its monitor's files.
 */
@NullMarked
package dev.ferry.engine.exec;

import org.jspecify.annotations.NullMarked;
