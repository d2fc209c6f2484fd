/**
 * A root file system made of programs that the host has anyway, without any network.
 *
 * <p>Begin with {@link HostRootfs}. A {@link RootfsPlan} says which file goes where and is pure; {@link RootfsTar} streams it. Knows ELF
 * and the running JDK; knows nothing of engines or images.
 */
@NullMarked
package dev.ferry.cli.rootfs;

import org.jspecify.annotations.NullMarked;
