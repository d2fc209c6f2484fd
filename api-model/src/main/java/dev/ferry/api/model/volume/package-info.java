/**
 * What the Docker Engine API says of volumes.
 *
 * <p>Names and types are those of the published description.
 */
@NullMarked
package dev.ferry.api.model.volume;

import org.jspecify.annotations.NullMarked;
