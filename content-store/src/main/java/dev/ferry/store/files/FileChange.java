package dev.ferry.store.files;

/**
 * What a container has done to a file of its image.
 *
 * @param path absolute, in the container
 */
public record FileChange(Kind kind, String path) {
    /** In the API's order of numbers. */
    public enum Kind {
        MODIFIED,
        ADDED,
        DELETED
    }
}
