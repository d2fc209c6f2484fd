package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container has written: compared, exported, made an image of. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class ContainerImageTest {
    private static final String WRITE = "echo new > /home/new; busybox mkdir -p /a/b; echo x > /a/b/c;"
            + " busybox rm /bin/usleep; busybox rm -r /tmp; busybox mkdir /tmp; echo y > /tmp/y; exec sleep 1000";

    @TempDir
    Path home;

    private EngineHouse house;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        house = new EngineHouse(home);
        house.start();
        house.importBusybox();
        docker("run", "-d", "--network", "none", "--name", "job", "-v", "data:/data", "busybox", "sh", "-c", WRITE);
        while (!house.docker("exec", "job", "cat", "/tmp/y").line().equals("y")) {
            Thread.onSpinWait();
        }
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

    @Test
    void diffNamesWhatWasAddedChangedAndDeleted() throws IOException, InterruptedException {
        String running = docker("diff", "job");
        assertThat(running.lines())
                .containsExactlyInAnyOrder(
                        "A /a",
                        "A /a/b",
                        "A /a/b/c",
                        "C /bin",
                        "D /bin/usleep",
                        "A /data",
                        "C /home",
                        "A /home/new",
                        "C /tmp",
                        "A /tmp/y");
        docker("kill", "job");
        assertThat(docker("diff", "job")).isEqualTo(running);
        docker("create", "--network", "none", "--name", "fresh", "busybox", "true");
        assertThat(docker("diff", "fresh")).isEmpty();
    }

    @Test
    void exportIsOneFlatTarWithoutVolumes() throws IOException, InterruptedException {
        docker("exec", "job", "sh", "-c", "echo in > /data/volume");
        for (String state : new String[] {"running", "stopped"}) {
            Path tar = home.resolve(state + ".tar");
            docker("export", "-o", tar.toString(), "job");
            Path there = Files.createDirectory(home.resolve(state));
            assertThat(new ProcessBuilder("tar", "-C", there.toString(), "-xpf", tar.toString())
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(there.resolve("a/b/c")).hasContent("x\n");
            assertThat(there.resolve("bin/usleep")).doesNotExist();
            assertThat(there.resolve("data")).isEmptyDirectory();
            assertThat(there.resolve("proc")).isEmptyDirectory();
            if (state.equals("running")) {
                docker("kill", "job");
            }
        }
    }

    @Test
    void commitMakesAnImage() throws IOException, InterruptedException {
        String id = docker(
                "commit",
                "-a",
                "Somebody",
                "-m",
                "as it was",
                "-c",
                "ENV COLOUR=red",
                "-c",
                "CMD [\"cat\", \"/home/new\"]",
                "job",
                "made:1");
        assertThat(docker("inspect", "-f", "{{.State.Status}}", "job")).isEqualTo("running");
        assertThat(docker(
                        "image", "inspect", "-f", "{{.Id}} {{.Author}} {{.Comment}} {{len .RootFS.Layers}}", "made:1"))
                .isEqualTo(id + " Somebody as it was 2");
        assertThat(docker("run", "--rm", "--network", "none", "made:1")).isEqualTo("new");
        assertThat(docker(
                        "run",
                        "--rm",
                        "--network",
                        "none",
                        "made:1",
                        "sh",
                        "-c",
                        "echo $COLOUR $(busybox ls /tmp) $(busybox ls /bin/usleep 2>&1)"))
                .isEqualTo("red y ls: /bin/usleep: No such file or directory");
        assertThat(docker("history", "--no-trunc", "--format", "{{.Comment}}", "made:1")
                        .lines()
                        .findFirst())
                .contains("as it was");
        // the same files are the same layer
        docker("commit", "--pause=false", "job", "made:2");
        assertThat(docker("image", "inspect", "-f", "{{index .RootFS.Layers 1}}", "made:2"))
                .isEqualTo(docker("image", "inspect", "-f", "{{index .RootFS.Layers 1}}", "made:1"));
        // and nothing written is no layer
        docker("create", "--network", "none", "--name", "fresh", "busybox", "true");
        docker("commit", "fresh", "made:3");
        assertThat(docker("image", "inspect", "-f", "{{len .RootFS.Layers}}", "made:3"))
                .isEqualTo("1");
        assertThat(house.docker("commit", "-c", "FROM x", "job").text()).contains("FROM is not a valid change command");
    }

    @Test
    void eventsTell() throws IOException, InterruptedException {
        try (HeardEvents events = HeardEvents.begin(home)) {
            docker("export", "-o", home.resolve("out.tar").toString(), "job");
            docker("commit", "job", "made:1");
            assertThat(events.until("container commit")).contains("container export");
        }
    }

    @Test
    void imagesAreListedPrunedAndMeasured() throws IOException, InterruptedException {
        docker("commit", "-c", "LABEL colour=red", "job", "made:1");
        assertThat(docker("images", "-q", "--no-trunc", "--filter", "since=busybox"))
                .isEqualTo(docker("images", "-q", "--no-trunc", "made:1"));
        assertThat(docker("images", "--format", "{{.Repository}}", "--filter", "before=made:1"))
                .isEqualTo("busybox");
        assertThat(docker("images", "-q", "--filter", "label=colour=red")).isNotEmpty();
        assertThat(docker("images", "-q", "--filter", "until=24h")).isEmpty();
        assertThat(docker("ps", "-s", "--format", "{{.Size}}")).contains("virtual");
        assertThat(docker("inspect", "-s", "-f", "{{.SizeRw}} {{.SizeRootFs}}", "job")
                        .split(" "))
                .allSatisfy(size -> assertThat(Long.parseLong(size)).isPositive());
        docker("exec", "job", "sh", "-c", "busybox dd if=/dev/zero of=/data/big bs=1024 count=2048");
        assertThat(docker("system", "df", "--format", "{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}}")
                        .lines())
                .contains("Local Volumes 1 1 2.097MB")
                .anyMatch(line -> line.startsWith("Containers 1 1 "))
                .anyMatch(line -> line.startsWith("Images 2 "));
        docker("image", "prune", "-f");
        assertThat(docker("images", "-q").lines()).hasSize(2);
        docker("image", "prune", "-af", "--filter", "label=colour=blue");
        assertThat(docker("images", "-q").lines()).hasSize(2);
        assertThat(docker("image", "prune", "-af")).contains("made:1").doesNotContain("busybox");
    }
}
