/** Files of containers over HTTP: {@code docker cp}, {@code diff}, {@code export}. */
@NullMarked
package dev.ferry.engine.http.files;

import org.jspecify.annotations.NullMarked;
