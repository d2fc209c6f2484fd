/**
 * What this kernel, this CRIU and this container allow, found out before anything is frozen.
 *
 * <p>Begin with {@link dev.ferry.criu.preflight.Verdict} for one container and {@link dev.ferry.criu.preflight.HostReport} for the host. Reads
 * /proc and changes nothing. An <i>obstacle</i> would make CRIU refuse, or worse, restore something else than was saved; it names the object
 * and a remedy, in the words of {@link dev.ferry.criu.Refusal}.
 */
@NullMarked
package dev.ferry.criu.preflight;

import org.jspecify.annotations.NullMarked;
