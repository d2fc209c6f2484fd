package dev.ferry.store.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSource;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.testing.Tars;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageArchiveTest {
    private static final byte[] LOWER = Tars.tar().file("a", "1").bytes();
    private static final byte[] UPPER = Tars.tar().file("b", "2").bytes();
    private static final byte[] CONFIG = config(LOWER, UPPER);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path root;

    private ContentStore content;
    private ImageStore images;

    @BeforeEach
    void open() throws IOException {
        content = ContentStore.open(root.resolve("content"));
        images = ImageStore.open(root.resolve("images"), content);
    }

    @Test
    void loadsTheOldArchiveOfDocker() throws Exception {
        List<LoadedImage> loaded = load(Tars.tar()
                .file("c.json", CONFIG)
                .directory("one/")
                .file("one/layer.tar", LOWER)
                .directory("two/")
                .file("two/real.tar", UPPER)
                .symlink("two/layer.tar", "../two/real.tar")
                .file("manifest.json", """
                        [{"Config":"c.json","RepoTags":["app:v1","app:latest"],
                          "Layers":["one/layer.tar","two/layer.tar"]}]""")
                .bytes());
        assertThat(loaded).singleElement().satisfies(one -> {
            assertThat(one.image().id()).isEqualTo(Digest.sha256(CONFIG));
            assertThat(one.image().diffIds()).containsExactly(Digest.sha256(LOWER), Digest.sha256(UPPER));
            assertThat(one.names()).extracting(Reference::familiar).containsExactly("app:v1", "app:latest");
        });
        assertThat(images.find("app:v1")).isPresent();
        assertThat(root.resolve("images/load")).isEmptyDirectory();
    }

    @Test
    void loadsAnOciLayoutWithCompressedLayersAndAnIndexForPlatforms() throws Exception {
        byte[] packedLower = Tars.gzip(LOWER);
        byte[] packedUpper = Tars.gzip(UPPER);
        byte[] manifest = manifest(CONFIG, packedLower, packedUpper);
        byte[] other = manifest(config(LOWER), packedLower);
        Platform here = Platform.ofHost();
        byte[] inner = """
                {"schemaVersion":2,"manifests":[
                  {"mediaType":"%s","digest":"%s","size":%d,"platform":{"os":"linux","architecture":"s390x"}},
                  {"mediaType":"%s","digest":"%s","size":%d,"platform":{"os":"linux","architecture":"%s"}},
                  {"mediaType":"%s","digest":"%s","size":1,"platform":{"os":"unknown","architecture":"unknown"}}]}""".formatted(
                        OciLayout.MANIFEST,
                        Digest.sha256(other),
                        other.length,
                        OciLayout.MANIFEST,
                        Digest.sha256(manifest),
                        manifest.length,
                        here.architecture(),
                        OciLayout.MANIFEST,
                        Digest.sha256(new byte[0]))
                .getBytes(StandardCharsets.UTF_8);
        String index = """
                {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,
                 "annotations":{"io.containerd.image.name":"localhost:5000/app:v1"}}]}""".formatted(OciLayout.INDEX, Digest.sha256(inner), inner.length);
        Tars tar = Tars.tar()
                .file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
                .file("index.json", index);
        for (byte[] blob : List.of(packedLower, packedUpper, manifest, other, inner, CONFIG)) {
            tar.file("blobs/sha256/" + Digest.sha256(blob).hex(), blob);
        }
        assertThat(load(tar.gzipped())).singleElement().satisfies(one -> {
            assertThat(one.image().id()).isEqualTo(Digest.sha256(CONFIG));
            assertThat(one.names()).extracting(Reference::familiar).containsExactly("localhost:5000/app:v1");
        });
    }

    @Test
    void damagedOciBlobIsRefused() throws Exception {
        byte[] manifest = manifest(CONFIG, LOWER, UPPER);
        String index = "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}]}"
                .formatted(OciLayout.MANIFEST, Digest.sha256(manifest), manifest.length);
        Tars tar = Tars.tar()
                .file("index.json", index)
                .file("blobs/sha256/" + Digest.sha256(manifest).hex(), manifest)
                .file("blobs/sha256/" + Digest.sha256(CONFIG).hex(), CONFIG)
                .file("blobs/sha256/" + Digest.sha256(LOWER).hex(), UPPER)
                .file("blobs/sha256/" + Digest.sha256(UPPER).hex(), UPPER);
        refused(tar.bytes(), "was damaged on the way");
    }

    @Test
    void badArchivesAreRefusedAsAWhole() throws Exception {
        refused(Tars.tar().file("x", "y").bytes(), "invalid archive: does not contain a manifest.json");
        refused(archive("{}", "[{"), "damaged JSON");
        refused(archive("{}", "[{\"Layers\":[]}]"), "without a configuration");
        refused(archive("{}", "[{\"Config\":\"nowhere\"}]"), "\"nowhere\" is named but not in it");
        refused(archive("{}", "[{\"Config\":\"../../../etc/passwd\"}]"), "leads out of the archive's directory");
        refused(archive("{}", "[{\"Config\":\"c.json\",\"Layers\":[\"c.json\"]}]"), "layers length mismatch");
        refused(archive("{}", "[{\"Config\":\"c.json\",\"RepoTags\":[\"Bad\"]}]"), "must be lowercase");
        refused(
                archive(
                        new String(config(LOWER), StandardCharsets.UTF_8),
                        "[{\"Config\":\"c.json\",\"Layers\":[\"u.tar\"]}]"),
                "was expected");
        refused(Tars.tar().device("null", '3', 1, 3).bytes(), "device");
        refused(Tars.tar().symlink("manifest.json", "/etc/passwd").bytes(), "does not contain a manifest.json");
        assertThat(images.list()).isEmpty();
        assertThat(root.resolve("images/load")).isEmptyDirectory();
    }

    @Test
    void secondImageBadMeansFirstIsNotLoadedEither() throws Exception {
        refused(
                Tars.tar()
                        .file("c.json", config(LOWER))
                        .file("l.tar", LOWER)
                        .file("manifest.json", """
                                [{"Config":"c.json","RepoTags":["good:1"],"Layers":["l.tar"]},
                                 {"Config":"c.json","RepoTags":["bad:1"],"Layers":[]}]""")
                        .bytes(),
                "layers length mismatch");
        assertThat(images.list()).isEmpty();
    }

    @Test
    void savedImagesLoadElsewhereAndAreTheSame() throws Exception {
        Image one = images.importRootfs(
                new ByteArrayInputStream(LOWER),
                Optional.of(Reference.parse("one:v1")),
                List.of("CMD x"),
                Optional.empty());
        images.tag("one:v1", Reference.parse("localhost:5000/team/one:v2"));
        Image two = images.importRootfs(
                new ByteArrayInputStream(LOWER), Optional.of(Reference.parse("two")), List.of(), Optional.empty());
        byte[] saved = saved("one:v1", "localhost:5000/team/one:v2", two.id().abbreviated());
        assertThat(saved("one:v1", "localhost:5000/team/one:v2", two.id().abbreviated()))
                .isEqualTo(saved);

        ImageStore elsewhere =
                ImageStore.open(root.resolve("elsewhere"), ContentStore.open(root.resolve("elsewhere-content")));
        List<LoadedImage> loaded = elsewhere.load(new ByteArrayInputStream(saved));
        assertThat(loaded).extracting(l -> l.image().id()).containsExactly(one.id(), two.id());
        assertThat(loaded.getFirst().names())
                .extracting(Reference::familiar)
                .containsExactly("one:v1", "localhost:5000/team/one:v2");
        assertThat(loaded.getLast().names()).isEmpty();
    }

    @Test
    void savedArchiveIsAnOciLayoutAndADockerArchive() throws Exception {
        images.importRootfs(
                new ByteArrayInputStream(LOWER), Optional.of(Reference.parse("one:v1")), List.of(), Optional.empty());
        Map<String, byte[]> files = contents(saved("one:v1"));
        assertThat(JSON.readTree(files.get("oci-layout"))
                        .path("imageLayoutVersion")
                        .asText())
                .isEqualTo("1.0.0");
        JsonNode descriptor =
                JSON.readTree(files.get("index.json")).path("manifests").path(0);
        assertThat(descriptor
                        .path("annotations")
                        .path("io.containerd.image.name")
                        .asText())
                .isEqualTo("docker.io/library/one:v1");
        byte[] manifest = files.getOrDefault(blob(descriptor), new byte[0]);
        assertThat(Digest.sha256(manifest))
                .hasToString(descriptor.path("digest").asText());
        JsonNode layer = JSON.readTree(manifest).path("layers").path(0);
        assertThat(files.get(blob(layer))).isEqualTo(LOWER);
        JsonNode docker = JSON.readTree(files.get("manifest.json")).path(0);
        assertThat(docker.path("RepoTags").path(0).asText()).isEqualTo("one:v1");
        assertThat(files).containsKey(docker.path("Config").asText());
        assertThat(docker.path("Layers").path(0).asText()).isEqualTo(blob(layer));
        // and without docker's part it still loads
        files.remove("manifest.json");
        files.remove("repositories");
        Tars oci = Tars.tar();
        files.forEach(oci::file);
        assertThat(load(oci.bytes()).getFirst().names())
                .extracting(Reference::familiar)
                .containsExactly("one:v1");
    }

    private static String blob(JsonNode descriptor) {
        return "blobs/" + descriptor.path("digest").asText().replace(':', '/');
    }

    private static Map<String, byte[]> contents(byte[] tar) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (TarSource source = TarSource.open(new ByteArrayInputStream(tar), ArchiveLimits.DEFAULT)) {
            for (Optional<TarItem> item = source.next(); item.isPresent(); item = source.next()) {
                if (item.get().kind() == TarItem.Kind.FILE) {
                    files.put(item.get().path().toString(), source.content().readAllBytes());
                }
            }
        }
        return files;
    }

    private byte[] saved(String... names) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        images.save(List.of(names), out);
        return out.toByteArray();
    }

    private List<LoadedImage> load(byte[] archive) throws Exception {
        return images.load(new ByteArrayInputStream(archive));
    }

    private void refused(byte[] archive, String message) {
        assertThatExceptionOfType(ImageException.BadImageArchive.class)
                .isThrownBy(() -> load(archive))
                .withMessageContaining(message);
    }

    private static byte[] archive(String config, String manifest) {
        return Tars.tar()
                .file("c.json", config)
                .file("u.tar", UPPER)
                .file("manifest.json", manifest)
                .bytes();
    }

    private static byte[] config(byte[]... layers) {
        StringBuilder diffIds = new StringBuilder();
        for (byte[] layer : layers) {
            diffIds.append(diffIds.isEmpty() ? "" : ",")
                    .append('"')
                    .append(Digest.sha256(layer))
                    .append('"');
        }
        return ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":\"2023-11-14T22:13:20Z\","
                        + "\"config\":{\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + diffIds
                        + "]}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] manifest(byte[] config, byte[]... layers) {
        StringBuilder descriptors = new StringBuilder();
        for (byte[] layer : layers) {
            descriptors
                    .append(descriptors.isEmpty() ? "" : ",")
                    .append("{\"digest\":\"%s\",\"size\":%d}".formatted(Digest.sha256(layer), layer.length));
        }
        return "{\"schemaVersion\":2,\"config\":{\"digest\":\"%s\",\"size\":%d},\"layers\":[%s]}"
                .formatted(Digest.sha256(config), config.length, descriptors)
                .getBytes(StandardCharsets.UTF_8);
    }
}
