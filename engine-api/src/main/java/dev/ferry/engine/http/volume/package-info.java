/** Volumes over HTTP. */
@NullMarked
package dev.ferry.engine.http.volume;

import org.jspecify.annotations.NullMarked;
