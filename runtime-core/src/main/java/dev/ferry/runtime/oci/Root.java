package dev.ferry.runtime.oci;

/**
 * The container's root file system. config.md, "Root".
 *
 * @param path absolute, or relative to the bundle
 * @param readonly whether the container sees it read-only
 */
public record Root(String path, boolean readonly) {

    public Root {
        Required.text("root.path", path);
    }
}
