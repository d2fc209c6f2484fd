/**
 * Seccomp profiles: which system calls containers may make, as data, and the reader of Docker's format.
 *
 * <p>Begin with {@link dev.ferry.profiles.profile.ProfileLibrary} for the profiles that come with Ferry, with
 * {@link dev.ferry.profiles.profile.SeccompProfile#read} for those that users bring. A profile speaks of capabilities, architectures
 * and kernels in conditions; {@link dev.ferry.profiles.profile.SeccompProfile#resolve} settles them for one container and gives
 * something that is, as JSON, the {@code linux.seccomp} of an OCI configuration. Compiles nothing, loads nothing, and knows nothing
 * else of Ferry.
 */
@NullMarked
package dev.ferry.profiles.profile;

import org.jspecify.annotations.NullMarked;
