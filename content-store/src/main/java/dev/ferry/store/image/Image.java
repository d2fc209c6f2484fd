package dev.ferry.store.image;

import dev.ferry.store.content.Digest;
import java.time.Instant;
import java.util.List;

/**
 * A stored image, as it was when it was asked for.
 *
 * @param id digest of the configuration's bytes
 * @param diffIds digests of the uncompressed layer tars, lowest first
 * @param repoTags its names, sorted; empty when nothing names it
 * @param size bytes of its layers, uncompressed
 * @param created when it was made, by its own account; the epoch when it does not say
 * @param tagged when a name was last given to it here
 */
public record Image(
        Digest id,
        ImageConfig config,
        List<Digest> diffIds,
        List<Reference> repoTags,
        long size,
        Instant created,
        Instant tagged) {
    public Image {
        diffIds = List.copyOf(diffIds);
        repoTags = List.copyOf(repoTags);
    }
}
