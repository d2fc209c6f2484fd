/**
 * Further processes in running containers.
 *
 * <p>Begin with {@link dev.ferry.engine.exec.ExecService}. An exec is made, started once, and can be asked about until its container
 * goes; each has a monitor and a log of its own. They live as long as the engine remembers them: after a restart of the engine the
 * process goes on, and its number is forgotten.
 */
@NullMarked
package dev.ferry.engine.exec;

import org.jspecify.annotations.NullMarked;
