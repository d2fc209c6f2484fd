/**
 * Numbers and struct layouts of the kernel interface: no behaviour.
 *
 * <p>Everybody may read these constants; nothing here calls anything. Names are the kernel's own. Begin with {@link
 * dev.ferry.runtime.linux.abi.Syscall} for the call numbers and {@link dev.ferry.runtime.linux.abi.Layouts} for the structs;
 * a test compiles both against the C headers of the machine that builds. What processors disagree on is in {@link
 * dev.ferry.runtime.linux.abi.Architecture}; everything else here holds on all of them.
 */
@NullMarked
package dev.ferry.runtime.linux.abi;

import org.jspecify.annotations.NullMarked;
