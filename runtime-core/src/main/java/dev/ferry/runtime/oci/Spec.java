package dev.ferry.runtime.oci;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container's configuration: the root object of {@code config.json}. OCI runtime specification 1.3.0, config.md.
 *
 * @param ociVersion version of the specification that the document follows
 * @param annotations free text under reverse-domain names
 */
public record Spec(
        String ociVersion,
        @Nullable Root root,
        @Nullable Process process,
        @Nullable String hostname,
        @Nullable String domainname,
        List<Mount> mounts,
        @Nullable Hooks hooks,
        @Nullable Linux linux,
        Map<String, String> annotations) {

    /** The version that {@link DefaultSpec} writes. */
    public static final String VERSION = "1.3.0";

    public Spec {
        Required.text("ociVersion", ociVersion);
        mounts = Required.list(mounts);
        annotations = Required.map(annotations);
    }

    /** The same configuration with another process. */
    public Spec withProcess(Process other) {
        return new Spec(ociVersion, root, other, hostname, domainname, mounts, hooks, linux, annotations);
    }

    /** The same configuration with another Linux part. */
    public Spec withLinux(Linux other) {
        return new Spec(ociVersion, root, process, hostname, domainname, mounts, hooks, other, annotations);
    }

    /** The same configuration with another root. */
    public Spec withRoot(Root other) {
        return new Spec(ociVersion, other, process, hostname, domainname, mounts, hooks, linux, annotations);
    }

    /** The same configuration with other mounts. */
    public Spec withMounts(List<Mount> other) {
        return new Spec(ociVersion, root, process, hostname, domainname, other, hooks, linux, annotations);
    }
}
