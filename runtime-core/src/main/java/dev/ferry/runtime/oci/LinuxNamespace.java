package dev.ferry.runtime.oci;

import org.jspecify.annotations.Nullable;

/**
 * A namespace that the container gets.
 *
 * @param path the namespace to join, a file of nsfs; null for a new one
 */
public record LinuxNamespace(NamespaceKind type, @Nullable String path) {

    public LinuxNamespace {
        Required.present("linux.namespaces[].type", type);
    }

    /** A new namespace. */
    public static LinuxNamespace fresh(NamespaceKind kind) {
        return new LinuxNamespace(kind, null);
    }
}
