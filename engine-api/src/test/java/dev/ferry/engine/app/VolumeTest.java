package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes as the docker command line knows them. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class VolumeTest {

    @TempDir
    Path home;

    private EngineHouse house;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        house = new EngineHouse(home);
        house.start();
        house.importBusybox();
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

    private void refused(String text, String... arguments) throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = house.docker(arguments);
        assertThat(outcome.text()).contains(text);
        assertThat(outcome.code()).isNotZero();
    }

    private String run(String options, String script) throws IOException, InterruptedException {
        return docker(Stream.of(
                        Stream.of("run", "--rm", "--network", "none"),
                        Stream.of(options.split(" ")),
                        Stream.of("busybox", "sh", "-c", script))
                .flatMap(each -> each)
                .toArray(String[]::new));
    }

    @Test
    void aVolumeOutlivesContainersAndTheEngine() throws IOException, InterruptedException {
        assertThat(docker("volume", "create", "--label", "colour=red", "data")).isEqualTo("data");
        assertThat(docker("volume", "create", "data")).isEqualTo("data");
        run("-v data:/data", "echo kept > /data/file");
        docker("run", "-d", "--network", "none", "--name", "user", "-v", "data:/data:ro", "busybox", "sleep", "1000");
        house.killEngine();
        house.start();
        assertThat(docker("volume", "inspect", "-f", "{{.Name}} {{.Driver}} {{.Scope}} {{.Labels}}", "data"))
                .isEqualTo("data local local map[colour:red]");
        String id = docker("inspect", "-f", "{{.Id}}", "user");
        refused("remove data: volume is in use - [" + id + "]", "volume", "rm", "data");
        assertThat(docker("exec", "user", "cat", "/data/file")).isEqualTo("kept");
        assertThat(house.docker("exec", "user", "sh", "-c", "echo x > /data/file")
                        .text())
                .contains("Read-only file system");
        assertThat(docker(
                        "inspect",
                        "-f",
                        "{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}}{{end}}",
                        "user"))
                .isEqualTo("volume data /data false");
        assertThat(docker("ps", "-q", "--no-trunc", "--filter", "volume=data")).isEqualTo(id);
        docker("rm", "-f", "-v", "user");
        assertThat(run("-v data:/data", "cat /data/file")).isEqualTo("kept");
        docker("volume", "rm", "data");
        refused("get data: no such volume", "volume", "inspect", "data");
        assertThat(home.resolve("root/volumes")).isEmptyDirectory();
    }

    @Test
    void listsPrunesAndNames() throws IOException, InterruptedException {
        docker("volume", "create", "--label", "colour=red", "red");
        docker("volume", "create", "--label", "colour=blue", "blue");
        String nameless = docker("volume", "create");
        docker("create", "--network", "none", "--name", "user", "-v", "blue:/x", "busybox", "true");
        assertThat(docker("volume", "ls", "-q", "--filter", "dangling=true").lines())
                .containsExactlyInAnyOrder("red", nameless);
        assertThat(docker("volume", "ls", "-q", "--filter", "label=colour=blue"))
                .isEqualTo("blue");
        assertThat(docker("volume", "ls", "-q", "--filter", "name=re")).contains("red");
        assertThat(docker("volume", "ls", "-q", "--filter", "driver=local").lines())
                .hasSize(3);
        refused("invalid filter", "volume", "ls", "--filter", "shape=round");
        refused("includes invalid characters for a local volume name", "volume", "create", "../x");
        refused("plugin \"cloud\" not found", "volume", "create", "-d", "cloud", "x");
        assertThat(docker("volume", "prune", "-f")).contains(nameless).doesNotContain("red");
        assertThat(docker("volume", "prune", "-f", "-a")).contains("red").doesNotContain("blue");
        docker("volume", "create", "old");
        house.environment.put("DOCKER_API_VERSION", "1.41");
        assertThat(docker("volume", "prune", "-f")).contains("old");
        house.environment.remove("DOCKER_API_VERSION");
        assertThat(docker("volume", "rm", "-f", "nobody")).isEqualTo("nobody");
    }

    @Test
    void anEmptyVolumeGetsWhatTheImageHas() throws IOException, InterruptedException {
        docker("create", "--network", "none", "--name", "base", "busybox", "true");
        Path tree = Files.createDirectories(home.resolve("tree/data/deep"));
        Files.writeString(tree.resolve("file"), "of the image");
        FileNodes.changeOwner(home.resolve("tree/data"), 1000, 1001);
        FileNodes.changeMode(home.resolve("tree/data"), 01770);
        FileNodes.changeOwner(tree.resolve("file"), 1000, 1001);
        Path tar = home.resolve("tree.tar");
        Files.createDirectories(home.resolve("tree/bin"));
        Files.copy(Path.of("/bin/busybox"), home.resolve("tree/bin/busybox"));
        Files.createSymbolicLink(home.resolve("tree/bin/sh"), Path.of("busybox"));
        assertThat(new ProcessBuilder("tar", "-C", home.resolve("tree").toString(), "-cf", tar.toString(), ".")
                        .start()
                        .waitFor())
                .isZero();
        docker("import", "-c", "VOLUME /data", tar.toString(), "filled");
        String look = "busybox stat -c '%u:%g %a' /data /data/deep/file; busybox cat /data/deep/file";
        String[] bases = {"run", "--rm", "--network", "none"};
        for (String options :
                List.of("", "-v named:/data", "-v named:/data", "--mount type=volume,source=other,target=/data")) {
            String text = docker(Stream.of(
                            Stream.of(bases),
                            options.isEmpty() ? Stream.<String>empty() : Stream.of(options.split(" ")),
                            Stream.of("filled", "/bin/sh", "-c", look))
                    .flatMap(each -> each)
                    .toArray(String[]::new));
            assertThat(text).as(options).isEqualTo("1000:1001 1770\n1000:1001 644\nof the image");
        }
        assertThat(docker(
                        "run",
                        "--rm",
                        "--network",
                        "none",
                        "-v",
                        "bare:/data:nocopy",
                        "filled",
                        "/bin/sh",
                        "-c",
                        "busybox ls -A /data"))
                .isEmpty();
        // nobody fills it a second time
        docker(
                "run",
                "--rm",
                "--network",
                "none",
                "-v",
                "named:/data",
                "filled",
                "/bin/sh",
                "-c",
                "busybox rm -r /data/deep; echo mine > /data/own");
        assertThat(docker(
                        "run",
                        "--rm",
                        "--network",
                        "none",
                        "-v",
                        "named:/data",
                        "filled",
                        "/bin/sh",
                        "-c",
                        "busybox ls -A /data"))
                .isEqualTo("own");
        // the volumes that nobody named went with their containers
        assertThat(docker("volume", "ls", "-q").lines()).containsExactlyInAnyOrder("named", "other", "bare");
    }

    @Test
    void namelessVolumesGoWithTheirContainer() throws IOException, InterruptedException {
        docker(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "first",
                "-v",
                "/data",
                "-v",
                "named:/named",
                "busybox",
                "sleep",
                "1000");
        docker("exec", "first", "sh", "-c", "echo shared > /data/file");
        docker(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "second",
                "--volumes-from",
                "first:ro",
                "busybox",
                "sleep",
                "1000");
        assertThat(docker("exec", "second", "cat", "/data/file")).isEqualTo("shared");
        assertThat(house.docker("exec", "second", "sh", "-c", "echo x > /data/x")
                        .text())
                .contains("Read-only");
        docker("rm", "-f", "-v", "first");
        assertThat(docker("exec", "second", "cat", "/data/file")).isEqualTo("shared");
        docker("rm", "-f", "-v", "second");
        assertThat(docker("volume", "ls", "-q")).isEqualTo("named");
        docker("create", "--network", "none", "--name", "third", "-v", "/data", "busybox", "true");
        docker("rm", "third");
        assertThat(docker("volume", "ls", "-q").lines()).hasSize(2);
    }

    @Test
    void optionsOfTheDriverAndOfMounts() throws IOException, InterruptedException {
        Path there = Files.createDirectory(home.resolve("there"));
        Files.createDirectories(there.resolve("a/b"));
        Files.writeString(there.resolve("a/b/file"), "part");
        docker("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=" + there, "bound");
        assertThat(run("-v bound:/x", "cat /x/a/b/file")).isEqualTo("part");
        assertThat(run("--mount type=volume,source=bound,target=/x,volume-subpath=a/b", "cat /x/file"))
                .isEqualTo("part");
        docker(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "part",
                "--mount",
                "type=volume,source=bound,target=/x,volume-subpath=a/b",
                "busybox",
                "sleep",
                "1000");
        assertThat(docker("exec", "part", "cat", "/x/file")).isEqualTo("part");
        // it is mounted on the host only until init has it
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .doesNotContain(home.resolve("run/parts").toString());
        Files.createSymbolicLink(there.resolve("out"), Path.of("/etc"));
        refused(
                "cannot access path",
                "run",
                "--rm",
                "--network",
                "none",
                "--mount",
                "type=volume,source=bound,target=/x,volume-subpath=out",
                "busybox",
                "true");
        docker("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "-o", "o=size=1m", "memory");
        assertThat(run("-v memory:/x", "grep /x /proc/mounts"))
                .contains("tmpfs")
                .contains("size=1024k");
        refused(
                "is not supported by this engine",
                "volume",
                "create",
                "-o",
                "type=nfs",
                "-o",
                "o=addr=1.2.3.4",
                "-o",
                "device=:/x",
                "far");
        assertThat(run("--mount type=tmpfs,target=/x,tmpfs-size=2m,tmpfs-mode=1700", "grep /x /proc/mounts"))
                .contains("size=2048k")
                .contains("mode=1700");
        assertThat(run(
                        "--mount type=bind,source=" + there + ",target=/x,readonly,bind-recursive=disabled",
                        "grep /x /proc/mounts"))
                .contains("ro,");
        refused(
                "bind source path does not exist",
                "run",
                "--rm",
                "--network",
                "none",
                "--mount",
                "type=bind,source=" + home.resolve("no") + ",target=/x",
                "busybox",
                "true");
        refused(
                "Duplicate mount point: /x",
                "create",
                "--network",
                "none",
                "-v",
                "one:/x",
                "--mount",
                "type=volume,source=two,target=/x",
                "busybox",
                "true");
    }

    @Test
    void aContainerWithAVolumeIsCopiedIntoAndTellsOfIt() throws IOException, InterruptedException {
        Path file = Files.writeString(home.resolve("file"), "x");
        try (HeardEvents events = HeardEvents.begin(home)) {
            docker("create", "--network", "none", "--name", "still", "-v", "data:/data", "busybox", "sleep", "1000");
            docker("cp", file.toString(), "still:/data/file");
            docker("start", "still");
            assertThat(docker("exec", "still", "cat", "/data/file")).isEqualTo("x");
            docker("rm", "-f", "still");
            docker("volume", "rm", "data");
            assertThat(events.until("volume destroy data"))
                    .contains("volume create data", "volume mount data", "volume unmount data");
        }
    }

    @Test
    @Requires(Feature.CRIU)
    void aCheckpointComesBackToItsVolume() throws IOException, InterruptedException {
        docker(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "job",
                "-v",
                "data:/data",
                "busybox",
                "sh",
                "-c",
                "exec 3>>/data/log; i=0; while :; do echo $i >&3; i=$((i+1)); usleep 20000; done");
        docker("checkpoint", "create", "job", "one");
        docker("start", "--checkpoint", "one", "job");
        docker("kill", "job");
        List<String> lines = run("-v data:/data", "cat /data/log").lines().toList();
        assertThat(lines).isEqualTo(DockerCliTest.numbers(lines.size())).isNotEmpty();
    }
}
