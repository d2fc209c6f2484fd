/**
 * Images as the API tells them.
 *
 * <p>Begin with {@link ImageInspect}. Values only. The configuration of an image is what a container inherits.
 */
@NullMarked
package dev.ferry.api.model.image;

import org.jspecify.annotations.NullMarked;
