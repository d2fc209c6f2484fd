package dev.ferry.store.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.store.content.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An OCI image layout within an archive: {@code index.json} leads by digests to manifests, configurations and layers. Every blob
 * is hashed before it is believed.
 */
final class OciLayout {
    static final String INDEX = "application/vnd.oci.image.index.v1+json";
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    static final String LAYER = "application/vnd.oci.image.layer.v1.tar";

    /** The whole name of an image, as containerd and docker write it beside the manifest's digest. */
    static final String NAME = "io.containerd.image.name";

    /** The tag, or by some tools the whole name (annotations.md). */
    static final String REFERENCE = "org.opencontainers.image.ref.name";

    private static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    private static final int DEPTH = 4;

    private final ImageArchive archive;

    OciLayout(ImageArchive archive) {
        this.archive = archive;
    }

    /** A pointer to a blob (descriptor.md). */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Descriptor(
            @JsonProperty("mediaType") @Nullable String mediaType,
            @JsonProperty("digest") Digest digest,
            @JsonProperty("size") long size,
            @JsonProperty("annotations") @Nullable Map<String, String> annotations,
            @JsonProperty("platform") @Nullable Target platform) {

        static Descriptor of(String mediaType, Digest digest, long size) {
            return new Descriptor(mediaType, digest, size, null, null);
        }

        Descriptor annotated(Map<String, String> annotations) {
            return new Descriptor(mediaType, digest, size, annotations, platform);
        }
    }

    /** The platform of an index entry. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Target(
            @JsonProperty("architecture") @Nullable String architecture,
            @JsonProperty("os") @Nullable String operatingSystem) {}

    /** image-index.md */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Index(
            @JsonProperty("schemaVersion") int schemaVersion,
            @JsonProperty("mediaType") @Nullable String mediaType,
            @JsonProperty("manifests") @Nullable List<Descriptor> manifests) {}

    /** manifest.md */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Manifest(
            @JsonProperty("schemaVersion") int schemaVersion,
            @JsonProperty("mediaType") @Nullable String mediaType,
            @JsonProperty("config") @Nullable Descriptor config,
            @JsonProperty("layers") @Nullable List<Descriptor> layers) {}

    List<ImageArchive.Entry> entries(Platform platform) throws ImageException.BadImageArchive, IOException {
        Index index = archive.json(archive.require("index.json"), Index.class);
        List<ImageArchive.Entry> entries = new ArrayList<>();
        for (Descriptor descriptor : manifests(index)) {
            Optional<Descriptor> chosen = choose(descriptor, platform, DEPTH);
            if (chosen.isPresent()) {
                entries.add(entry(chosen.get(), names(descriptor)));
            }
        }
        if (entries.isEmpty()) {
            throw new ImageException.BadImageArchive("invalid archive: it has no image for "
                    + platform.operatingSystem() + "/" + platform.architecture());
        }
        return entries;
    }

    private ImageArchive.Entry entry(Descriptor descriptor, List<Reference> names)
            throws ImageException.BadImageArchive, IOException {
        Manifest manifest = archive.json(verified(descriptor), Manifest.class);
        if (manifest.config() == null) {
            throw new ImageException.BadImageArchive("invalid manifest: an image without a configuration");
        }
        List<Path> layers = new ArrayList<>();
        for (Descriptor layer : manifest.layers() == null ? List.<Descriptor>of() : manifest.layers()) {
            layers.add(verified(layer));
        }
        return new ImageArchive.Entry(names, verified(manifest.config()), layers);
    }

    /** Follows indexes down to the manifest for a platform; what is no image (an attestation) is empty. */
    private Optional<Descriptor> choose(Descriptor descriptor, Platform platform, int depth)
            throws ImageException.BadImageArchive, IOException {
        if (!INDEX.equals(descriptor.mediaType()) && !DOCKER_LIST.equals(descriptor.mediaType())) {
            return Optional.of(descriptor).filter(OciLayout::isImage);
        }
        if (depth == 0) {
            throw new ImageException.BadImageArchive("invalid archive: indexes within indexes");
        }
        List<Descriptor> images = manifests(archive.json(verified(descriptor), Index.class)).stream()
                .filter(OciLayout::isImage)
                .toList();
        for (Descriptor image : images) {
            Target target = image.platform();
            if (target == null
                    || (platform.architecture().equals(target.architecture())
                            && platform.operatingSystem().equals(target.operatingSystem()))) {
                return choose(image, platform, depth - 1);
            }
        }
        return images.size() == 1 ? choose(images.getFirst(), platform, depth - 1) : Optional.empty();
    }

    /** Build tools put attestations beside images, for a platform that does not exist. */
    private static boolean isImage(Descriptor descriptor) {
        return descriptor.platform() == null
                || !"unknown".equals(descriptor.platform().operatingSystem());
    }

    private static List<Descriptor> manifests(Index index) {
        return index.manifests() == null ? List.of() : index.manifests();
    }

    private static List<Reference> names(Descriptor descriptor) throws ImageException.BadImageArchive {
        Map<String, String> annotations = descriptor.annotations() == null ? Map.of() : descriptor.annotations();
        String whole = annotations.get(NAME);
        if (whole != null) {
            return List.of(ImageArchive.name(whole));
        }
        String reference = annotations.getOrDefault(REFERENCE, "");
        // A bare word is a tag of a repository that nobody names: the image stays without a name.
        return reference.contains("/") || reference.contains(":") ? List.of(ImageArchive.name(reference)) : List.of();
    }

    private Path verified(Descriptor descriptor) throws ImageException.BadImageArchive, IOException {
        Digest digest = descriptor.digest();
        Path file = archive.require("blobs/" + digest.algorithm().word() + "/" + digest.hex());
        MessageDigest computation = digest.algorithm().computation();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), computation)) {
            byte[] buffer = new byte[1 << 16];
            while (in.read(buffer) >= 0) {
                // the digest is computed by reading
            }
        }
        Digest actual = Digest.of(digest.algorithm(), computation.digest());
        if (!actual.equals(digest)) {
            throw new ImageException.BadImageArchive("invalid archive: blob \"" + digest + "\" has the digest " + actual
                    + ": it was damaged on the way");
        }
        return file;
    }
}
