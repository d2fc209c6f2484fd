/**
 * The files of containers, from outside: copied in and out, compared with the image, exported.
 *
 * <p>Begin with {@link dev.ferry.engine.files.FileService}. A <i>view</i> is a container's file systems in the engine's hand. Nobody here
 * waits for a client while a container's lane is held.
 */
@NullMarked
package dev.ferry.engine.files;

import org.jspecify.annotations.NullMarked;
