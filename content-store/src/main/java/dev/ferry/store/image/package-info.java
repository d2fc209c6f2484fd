/**
 * Images: what they are called, what they say about running them, which layers they are made of.
 *
 * <p>Begin with {@link dev.ferry.store.image.ImageStore}. Called by the engine's image and container services; knows blobs
 * ({@code content}) and archives, but neither how layers are unpacked nor what a container is. An image's <i>id</i> is the
 * digest of its configuration; a <i>diff id</i> is the digest of a layer's uncompressed tar; a <i>reference</i> is a name
 * people type.
 */
@NullMarked
package dev.ferry.store.image;

import org.jspecify.annotations.NullMarked;
