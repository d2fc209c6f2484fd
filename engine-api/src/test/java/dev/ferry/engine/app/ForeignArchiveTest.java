package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that another program has carried come back as the same images. */
@Tag("kernel")
@Requires({
    Feature.ROOT,
    Feature.CGROUPS,
    Feature.OVERLAYFS,
    Feature.BUSYBOX,
    Feature.DOCKER_CLI,
    Feature.LIBSECCOMP,
    Feature.SKOPEO
})
class ForeignArchiveTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SHOWN = "{{.Id}} {{.RootFS.Layers}} {{.Config.Cmd}} {{.Config.Env}}";

    @TempDir
    Path home;

    private EngineHouse house;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        house = new EngineHouse(home);
        house.start();
        house.importBusybox();
        docker("create", "--network", "none", "--name", "job", "busybox", "true");
        docker("cp", Files.writeString(home.resolve("file"), "more").toString(), "job:/home/file");
        docker("commit", "-c", "ENV COLOUR=red", "job", "two:layers");
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        house.end();
    }

    private String docker(String... arguments) throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = house.docker(arguments);
        assertThat(outcome.code())
                .as("docker %s: %s", String.join(" ", arguments), outcome.text())
                .isZero();
        return outcome.text().strip();
    }

    private void run(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
    }

    @Test
    void idsSurviveBothFormats() throws IOException, InterruptedException {
        String image = docker("image", "inspect", "-f", SHOWN, "two:layers");
        Path saved = home.resolve("saved.tar");
        docker("save", "-o", saved.toString(), "two:layers");
        Path archive = home.resolve("archive.tar");
        run("skopeo", "--insecure-policy", "copy", "docker-archive:" + saved, "docker-archive:" + archive + ":again:1");
        Path layout = home.resolve("layout");
        run("skopeo", "--insecure-policy", "copy", "docker-archive:" + saved, "oci:" + layout + ":again:2");
        Path packed = home.resolve("layout.tar");
        run("tar", "-C", layout.toString(), "-cf", packed.toString(), ".");
        docker("rm", "job");
        docker("image", "rm", "-f", "two:layers", "busybox");
        assertThat(docker("images", "-q")).isEmpty();

        docker("load", "-i", archive.toString());
        assertThat(docker("image", "inspect", "-f", SHOWN, "again:1")).isEqualTo(image);
        docker("image", "rm", "again:1");
        String loaded = docker("load", "-i", packed.toString());
        assertThat(loaded).contains("Loaded image");
        // who converts to OCI writes the configuration anew: its digest is the id, and the layers are the same
        String id = docker("images", "-q", "--no-trunc");
        assertThat(docker("image", "inspect", "-f", "{{.RootFS.Layers}} {{.Config.Cmd}} {{.Config.Env}}", id))
                .isEqualTo(image.substring(image.indexOf(' ') + 1));
        JsonNode index = JSON.readTree(layout.resolve("index.json").toFile());
        JsonNode manifest = JSON.readTree(
                blob(layout, index.at("/manifests/0/digest").asText()).toFile());
        assertThat(id).isEqualTo(manifest.at("/config/digest").asText());
    }

    private static Path blob(Path layout, String digest) {
        return layout.resolve("blobs").resolve(digest.replace(':', '/'));
    }
}
