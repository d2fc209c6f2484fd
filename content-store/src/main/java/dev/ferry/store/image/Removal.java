package dev.ferry.store.image;

import dev.ferry.store.content.Digest;
import java.util.List;

/**
 * What a removal did.
 *
 * @param untagged names taken away
 * @param deleted ids of images, and after them diff ids of layers, that are no longer known
 */
public record Removal(List<Reference> untagged, List<Digest> deleted) {
    public Removal {
        untagged = List.copyOf(untagged);
        deleted = List.copyOf(deleted);
    }
}
