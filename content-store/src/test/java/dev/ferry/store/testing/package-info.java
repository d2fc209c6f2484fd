/** Archives as friends and strangers make them, and crashes at chosen moments. */
@NullMarked
package dev.ferry.store.testing;

import org.jspecify.annotations.NullMarked;
