/**
 * Networks over HTTP: the three that every engine has, and what is not there yet.
 *
 * <p>Begin with {@link dev.ferry.engine.http.network.NetworkRoutes}.
 */
@NullMarked
package dev.ferry.engine.http.network;

import org.jspecify.annotations.NullMarked;
