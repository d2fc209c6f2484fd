/**
 * The networks of containers, and what can go wrong with them.
 *
 * <p>Begin with {@code bridge.DefaultBridge}; {@link dev.ferry.network.NetworkException} is what it throws when a user can do something
 * about it. Everything is spoken to the kernel itself; no program is started.
 */
@NullMarked
package dev.ferry.network;

import org.jspecify.annotations.NullMarked;
