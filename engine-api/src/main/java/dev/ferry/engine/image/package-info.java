/**
 * The images of this engine, in the API's words.
 *
 * <p>Begin with {@link dev.ferry.engine.image.ImageService}. Knows the content store and who uses an image; knows nothing of HTTP.
 * Failures of the store are told as {@link dev.ferry.engine.error.EngineException} here, once.
 */
@NullMarked
package dev.ferry.engine.image;

import org.jspecify.annotations.NullMarked;
