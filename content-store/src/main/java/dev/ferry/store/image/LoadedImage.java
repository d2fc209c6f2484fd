package dev.ferry.store.image;

import java.util.List;

/**
 * What an archive brought: an image and the names the archive gave it (the image may have more).
 *
 * @param names as in the archive; empty when the archive names none
 */
public record LoadedImage(Image image, List<Reference> names) {
    public LoadedImage {
        names = List.copyOf(names);
    }
}
