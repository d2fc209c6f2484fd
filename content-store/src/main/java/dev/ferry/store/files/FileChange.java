package dev.ferry.store.files;

/**
 * What a container has done to a file of its image.
 *
 * @param path absolute, in the container
 */
public record FileChange(Kind kind, String path) {
    /** What became of it. */
    public enum Kind {
        MODIFIED,
        ADDED,
        DELETED
    }
}
