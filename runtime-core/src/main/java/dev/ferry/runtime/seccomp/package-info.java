/**
 * From the filter that the specification describes to the program that the kernel runs.
 *
 * <p>Begin with {@link dev.ferry.runtime.seccomp.SeccompCompiler}. Links libseccomp when the host or Ferry's own tools have it; a
 * host without it is no error until a container wants a filter. Knows the OCI records; knows nothing of profiles and capabilities,
 * which are resolved before.
 */
@NullMarked
package dev.ferry.runtime.seccomp;

import org.jspecify.annotations.NullMarked;
