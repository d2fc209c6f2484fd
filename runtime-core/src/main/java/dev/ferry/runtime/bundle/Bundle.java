package dev.ferry.runtime.bundle;

import dev.ferry.runtime.oci.InvalidSpec;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Root;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory with a configuration and a root. bundle.md
 *
 * @param directory absolute
 * @param spec with every path of the host made absolute
 * @param root the container's root, absolute
 * @param json {@code spec} as a text, for the container's own directory; may hold what the specification does not know
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
public record Bundle(Path directory, Spec spec, Path root, byte[] json) {
    private static final String CONFIG = "config.json";

    /**
     * Reads one.
     *
     * @throws RuntimeRefused when there is none, or no root in it
     */
    public static Bundle read(Path directory) throws RuntimeRefused, IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        Path config = absolute.resolve(CONFIG);
        if (!Files.exists(config)) {
            throw new RuntimeRefused(
                    "JSON specification file %s not found; name the bundle with --bundle, or write one with \"spec\""
                            .formatted(config));
        }
        byte[] json = Files.readAllBytes(config);
        Spec spec;
        try {
            spec = OciJson.readSpec(json, config.toString());
        } catch (InvalidSpec e) {
            throw new RuntimeRefused(String.valueOf(e.getMessage()), e);
        }
        Root given = spec.root();
        if (given == null) {
            throw new RuntimeRefused("root is missing in %s; name the root file system in root.path".formatted(config));
        }
        Path root = absolute.resolve(given.path()).normalize();
        if (!Files.isDirectory(root)) {
            throw new RuntimeRefused(
                    "root.path \"%s\" in %s is no directory; put the root file system there".formatted(root, config));
        }
        List<Mount> mounts =
                spec.mounts().stream().map(mount -> absolute(mount, absolute)).toList();
        if (mounts.equals(spec.mounts())) {
            // nearly always, and then the text need not be written anew, which costs far more than reading it did
            return new Bundle(absolute, spec, root.toRealPath(), json);
        }
        Spec whole = spec.withMounts(mounts);
        return new Bundle(absolute, whole, root.toRealPath(), OciJson.write(whole));
    }

    /** Sources of bind mounts are relative to the bundle. config.md, "Mounts" */
    private static Mount absolute(Mount mount, Path bundle) {
        String source = mount.source();
        return source == null || !mount.isBindMount() || source.startsWith("/")
                ? mount
                : mount.withSource(bundle.resolve(source).normalize().toString());
    }
}
