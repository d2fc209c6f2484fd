package dev.ferry.runtime.bundle;

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
        String owner) {}
