/** Handlers of migrations and peers, under {@code /ferry/v1}. Thin: they read, call a service, and write. */
@NullMarked
package dev.ferry.engine.http.migration;

import org.jspecify.annotations.NullMarked;
