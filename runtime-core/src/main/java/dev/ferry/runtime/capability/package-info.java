/**
 * Capabilities: the pieces that root's power is cut into, by name and by number. capabilities(7)
 *
 * <p>Begin with {@link dev.ferry.runtime.capability.CapabilitySet}. Values only: it reads what this process has and works out what a
 * container is to get; nothing here changes a process.
 */
@NullMarked
package dev.ferry.runtime.capability;

import org.jspecify.annotations.NullMarked;
