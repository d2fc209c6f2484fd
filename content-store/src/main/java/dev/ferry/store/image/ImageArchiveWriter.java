package dev.ferry.store.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes images in the form {@code docker save} has since version 25: an OCI image layout that also carries docker's
 * {@code manifest.json} and {@code repositories}. The same images give the same bytes.
 */
final class ImageArchiveWriter {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
    private static final String BLOBS = "blobs/sha256/";

    private final ContentStore content;
    private final Map<Digest, Image> images = new LinkedHashMap<>();
    private final Map<Digest, Set<Reference>> names = new LinkedHashMap<>();

    ImageArchiveWriter(ContentStore content) {
        this.content = content;
    }

    /** One element of docker's manifest.json. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    private record DockerManifest(
            @JsonProperty("Config") String config,
            @JsonProperty("RepoTags") List<String> repoTags,
            @JsonProperty("Layers") List<String> layers,
            @JsonProperty("LayerSources") Map<String, OciLayout.Descriptor> layerSources) {}

    void add(Image image, List<Reference> called) {
        images.put(image.id(), image);
        names.computeIfAbsent(image.id(), id -> new LinkedHashSet<>()).addAll(called);
    }

    void writeTo(OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        directory(tar, "blobs/");
        directory(tar, BLOBS);
        List<OciLayout.Descriptor> index = new ArrayList<>();
        List<DockerManifest> manifests = new ArrayList<>();
        Map<String, Map<String, String>> repositories = new TreeMap<>();
        Set<Digest> written = new LinkedHashSet<>();
        for (Image image : images.values()) {
            Map<String, OciLayout.Descriptor> sources = new LinkedHashMap<>();
            List<OciLayout.Descriptor> layers = new ArrayList<>();
            for (Digest diffId : image.diffIds()) {
                OciLayout.Descriptor layer = OciLayout.Descriptor.of(OciLayout.LAYER, diffId, content.size(diffId));
                layers.add(layer);
                sources.put(diffId.toString(), layer);
                blob(tar, diffId, written);
            }
            blob(tar, image.id(), written);
            byte[] manifest = JSON.writeValueAsBytes(new OciLayout.Manifest(
                    2,
                    OciLayout.MANIFEST,
                    OciLayout.Descriptor.of(OciLayout.CONFIG, image.id(), content.size(image.id())),
                    layers));
            Digest manifestDigest = Digest.sha256(manifest);
            if (written.add(manifestDigest)) {
                file(tar, BLOBS + manifestDigest.hex(), manifest);
            }
            Set<Reference> called = names.getOrDefault(image.id(), Set.of());
            OciLayout.Descriptor descriptor =
                    OciLayout.Descriptor.of(OciLayout.MANIFEST, manifestDigest, manifest.length);
            if (called.isEmpty()) {
                index.add(descriptor);
            }
            for (Reference name : called) {
                String tag = name.tag().orElse(Reference.DEFAULT_TAG);
                index.add(descriptor.annotated(Map.of(OciLayout.NAME, name.toString(), OciLayout.REFERENCE, tag)));
                repositories
                        .computeIfAbsent(name.familiarRepository(), repository -> new TreeMap<>())
                        .put(
                                tag,
                                image.diffIds().isEmpty()
                                        ? ""
                                        : image.diffIds().getLast().hex());
            }
            manifests.add(new DockerManifest(
                    BLOBS + image.id().hex(),
                    called.stream().map(Reference::familiar).toList(),
                    image.diffIds().stream().map(layer -> BLOBS + layer.hex()).toList(),
                    sources));
        }
        file(tar, "index.json", JSON.writeValueAsBytes(new OciLayout.Index(2, OciLayout.INDEX, index)));
        file(tar, "manifest.json", JSON.writeValueAsBytes(manifests));
        file(tar, "oci-layout", JSON.writeValueAsBytes(Map.of("imageLayoutVersion", "1.0.0")));
        if (!repositories.isEmpty()) {
            file(tar, "repositories", JSON.writeValueAsBytes(repositories));
        }
        tar.finish(); // and not close: the stream is the caller's
        tar.flush();
    }

    private void blob(TarArchiveOutputStream tar, Digest digest, Set<Digest> written) throws IOException {
        if (!written.add(digest)) {
            return;
        }
        TarArchiveEntry entry = entry(BLOBS + digest.hex(), 0100644);
        entry.setSize(content.size(digest));
        tar.putArchiveEntry(entry);
        try (InputStream in = content.read(digest)) {
            in.transferTo(tar);
        }
        tar.closeArchiveEntry();
    }

    private static void directory(TarArchiveOutputStream tar, String name) throws IOException {
        tar.putArchiveEntry(entry(name, 040755));
        tar.closeArchiveEntry();
    }

    private static void file(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
        TarArchiveEntry entry = entry(name, 0100644);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry entry(String name, int mode) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setMode(mode);
        entry.setIds(0, 0);
        entry.setNames("", "");
        entry.setModTime(java.nio.file.attribute.FileTime.from(Instant.EPOCH));
        return entry;
    }
}
