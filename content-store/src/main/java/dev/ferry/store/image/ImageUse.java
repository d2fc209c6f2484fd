package dev.ferry.store.image;

import dev.ferry.store.content.Digest;
import java.util.List;

/**
 * A container made from an image, for the one question of removing images.
 *
 * @param container the container's id
 * @param running a running container's image is not removed even by force
 */
public record ImageUse(String container, boolean running) {

    /** Answers which containers use an image. */
    @FunctionalInterface
    public interface Lookup {
        /** Nobody uses anything. */
        Lookup NONE = image -> List.of();

        List<ImageUse> of(Digest image);
    }
}
