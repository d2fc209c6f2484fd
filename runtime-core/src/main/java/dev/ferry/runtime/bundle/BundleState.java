package dev.ferry.runtime.bundle;

import dev.ferry.runtime.json.JsonText;
import java.util.Map;

/**
 * What the {@code state} verb prints: the specification's fields, and those that runc adds and its callers read.
 *
 * @param pid 0 once it has stopped
 * @param created RFC 3339
 */
public record BundleState(
        String ociVersion,
        String id,
        int pid,
        String status,
        String bundle,
        String rootfs,
        String created,
        Map<String, String> annotations,
        String owner) {
    /** As it is printed, in UTF-8. */
    public byte[] json() {
        return new JsonText()
                .text("ociVersion", ociVersion)
                .text("id", id)
                .number("pid", pid)
                .text("status", status)
                .text("bundle", bundle)
                .text("rootfs", rootfs)
                .text("created", created)
                .textsByName("annotations", annotations)
                .text("owner", owner)
                .bytes();
    }
}
