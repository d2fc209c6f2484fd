package dev.ferry.runtime.oci;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The container's root file system. config.md, "Root".
 *
 * @param path absolute, or relative to the bundle
 * @param readonly whether the container sees it read-only
 */
public record Root(
        String path,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean readonly) {

    public Root {
        Required.text("root.path", path);
    }
}
