/**
 * The C library and the kernel, as typed Java calls: descriptors with an owner, errors with their errno.
 *
 * <p>Begin with {@link dev.ferry.runtime.linux.Fd}; the classes beside it are named by area (files, mounts, processes). The only package that links libc; everything above it speaks of
 * descriptors, processes and mounts, never of memory addresses.
 */
@NullMarked
package dev.ferry.runtime.linux;

import org.jspecify.annotations.NullMarked;
