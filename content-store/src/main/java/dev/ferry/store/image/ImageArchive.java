package dev.ferry.store.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSource;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.DurableFiles;
import dev.ferry.store.content.Lease;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An archive of images, spread out in a scratch directory under names of our own, because its parts refer to each other in any
 * order. Read as docker's archive when it has a {@code manifest.json}, else as an OCI image layout (image-layout.md).
 */
final class ImageArchive implements Closeable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int JSON_BYTES = 8 << 20;
    private static final int LINKS = 16;

    private final Path directory;
    private final ArchiveLimits limits;
    private final Map<ArchivePath, Path> files = new HashMap<>();
    private final Map<ArchivePath, ArchivePath> links = new HashMap<>();

    /**
     * One image of the archive.
     *
     * @param layers lowest first
     */
    record Entry(List<Reference> names, Path config, List<Path> layers) {
        Entry {
            names = List.copyOf(names);
            layers = List.copyOf(layers);
        }
    }

    /** One element of docker's manifest.json. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record DockerManifest(
            @JsonProperty("Config") @Nullable String config,
            @JsonProperty("RepoTags") @Nullable List<String> repoTags,
            @JsonProperty("Layers") @Nullable List<String> layers) {}

    private ImageArchive(Path directory, ArchiveLimits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    /** Spreads out an archive; {@link #close} deletes what was spread. */
    static ImageArchive read(InputStream in, Path scratch, ArchiveLimits limits)
            throws ImageException.BadImageArchive, IOException {
        Path directory = Files.createDirectories(scratch.resolve(DurableFiles.randomName()));
        ImageArchive archive = new ImageArchive(directory, limits);
        try (TarSource tar = TarSource.openCompressed(in, limits)) {
            for (Optional<TarItem> item = tar.next(); item.isPresent(); item = tar.next()) {
                archive.take(item.get(), tar);
            }
            return archive;
        } catch (ArchiveRefused e) {
            archive.close();
            throw new ImageException.BadImageArchive("archive refused: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            archive.close();
            throw e;
        }
    }

    /** The archive's images for this platform where it has a choice. */
    List<Entry> entries(Platform platform) throws ImageException.BadImageArchive, IOException {
        if (find("manifest.json").isPresent()) {
            return dockerEntries();
        } else if (find("index.json").isPresent()) {
            return new OciLayout(this).entries(platform);
        }
        throw new ImageException.BadImageArchive("invalid archive: does not contain a manifest.json");
    }

    /** Stores an image's layers and configuration. */
    Digest store(Entry entry, ContentStore content, Lease lease, LayerIntake intake)
            throws ImageException.BadImageArchive, IOException {
        byte[] config = small(entry.config());
        List<Digest> diffIds = diffIds(config);
        if (diffIds.size() != entry.layers().size()) {
            throw new ImageException.BadImageArchive("invalid manifest, layers length mismatch: expected "
                    + diffIds.size() + ", got " + entry.layers().size());
        }
        for (int i = 0; i < diffIds.size(); i++) {
            if (!lease.hold(diffIds.get(i))) {
                try (InputStream layer = Files.newInputStream(entry.layers().get(i))) {
                    intake.take(lease, layer, Optional.of(diffIds.get(i)));
                }
            }
        }
        return content.put(lease, config);
    }

    /** A file of the archive, through its links. */
    Optional<Path> find(String name) throws ImageException.BadImageArchive {
        ArchivePath path = path(name);
        for (int i = 0; i < LINKS && links.containsKey(path); i++) {
            path = links.getOrDefault(path, path);
        }
        return Optional.ofNullable(files.get(path));
    }

    /** As {@link #find}, when the archive is invalid without it. */
    Path require(String name) throws ImageException.BadImageArchive {
        Optional<Path> found = find(name);
        if (found.isEmpty()) {
            throw new ImageException.BadImageArchive("invalid archive: \"" + name + "\" is named but not in it");
        }
        return found.get();
    }

    /** A JSON document of the archive. */
    <T> T json(Path file, Class<T> type) throws ImageException.BadImageArchive, IOException {
        try {
            return JSON.readValue(small(file), type);
        } catch (JsonProcessingException e) {
            throw new ImageException.BadImageArchive("invalid archive: damaged JSON: " + e.getOriginalMessage(), e);
        }
    }

    private byte[] small(Path file) throws ImageException.BadImageArchive, IOException {
        if (Files.size(file) > JSON_BYTES) {
            throw new ImageException.BadImageArchive(
                    "invalid archive: a description of more than " + JSON_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }

    @Override
    public void close() throws IOException {
        for (Path file : files.values()) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
    }

    private List<Entry> dockerEntries() throws ImageException.BadImageArchive, IOException {
        List<Entry> entries = new ArrayList<>();
        for (DockerManifest manifest : Arrays.asList(json(require("manifest.json"), DockerManifest[].class))) {
            if (manifest == null || manifest.config() == null) {
                throw new ImageException.BadImageArchive("invalid manifest: an image without a configuration");
            }
            List<Reference> names = new ArrayList<>();
            for (String tag : manifest.repoTags() == null ? List.<String>of() : manifest.repoTags()) {
                names.add(name(tag));
            }
            List<Path> layers = new ArrayList<>();
            for (String layer : manifest.layers() == null ? List.<String>of() : manifest.layers()) {
                layers.add(require(layer));
            }
            entries.add(new Entry(names, require(manifest.config()), layers));
        }
        return entries;
    }

    static Reference name(String text) throws ImageException.BadImageArchive {
        try {
            return Reference.parse(text).withDefaultTag();
        } catch (InvalidReference e) {
            throw new ImageException.BadImageArchive("invalid tag \"" + text + "\": " + e.getMessage(), e);
        }
    }

    private void take(TarItem item, TarSource tar) throws IOException {
        switch (item.kind()) {
            case FILE -> {
                Path file = directory.resolve(Integer.toString(files.size()));
                try (InputStream content = tar.content()) {
                    Files.copy(content, file);
                }
                Path replaced = files.put(item.path(), file);
                if (replaced != null) {
                    throw new ArchiveRefused("\"" + item.path() + "\" is in it twice");
                }
            }
            // Docker before 25 saved a layer that two images share as a link beside the second image.
            case SYMBOLIC_LINK ->
                links.put(item.path(), ArchivePath.of(item.path().parent() + "/" + item.target(), limits));
            case HARD_LINK -> links.put(item.path(), tar.linkTarget(item));
            case DIRECTORY -> {}
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO ->
                throw new ArchiveRefused("\"" + item.path() + "\" is a device: images have none");
        }
    }

    private ArchivePath path(String name) throws ImageException.BadImageArchive {
        try {
            return ArchivePath.of(name, limits);
        } catch (ArchiveRefused e) {
            throw new ImageException.BadImageArchive("invalid archive: " + e.getMessage(), e);
        }
    }

    private static List<Digest> diffIds(byte[] config) throws ImageException.BadImageArchive, IOException {
        try {
            List<Digest> diffIds = JSON.readValue(config, ImageConfig.class).diffIds();
            for (Digest diffId : diffIds) {
                if (diffId.algorithm() != Digest.Algorithm.SHA256) {
                    throw new ImageException.BadImageArchive("layer \"" + diffId
                            + "\" is not named by sha256: save the image again with sha256 digests");
                }
            }
            return diffIds;
        } catch (JsonProcessingException e) {
            throw new ImageException.BadImageArchive(
                    "invalid archive: damaged image configuration: " + e.getOriginalMessage(), e);
        }
    }
}
