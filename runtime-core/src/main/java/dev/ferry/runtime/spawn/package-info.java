/**
 * Programs of system calls: described in Java as data, run in a process that has no Java in it.
 *
 * <p>Begin with {@link dev.ferry.runtime.spawn.ProgramBuilder}. A <i>step</i> is one system call whose operands are
 * <i>cells</i> (64-bit words of the program's memory) and whose result chooses the next step by its sign: an <i>edge</i> for
 * positive, zero and error. A <i>program</i> is an immutable list of steps with its memory; the spawner wraps it into a
 * static ELF image with an interpreter of about a hundred bytes and starts that. A failed step reports its number and errno,
 * and the program knows what that step was about. Knows nothing of containers.
 */
@NullMarked
package dev.ferry.runtime.spawn;

import org.jspecify.annotations.NullMarked;
