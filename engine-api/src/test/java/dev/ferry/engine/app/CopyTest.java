package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.ExtendedAttributes;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker cp}, with containers that run, that do not, and that do not want it. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class CopyTest {

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
        return outcome.text();
    }

    private void refused(String text, String... arguments) throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = house.docker(arguments);
        assertThat(outcome.text()).contains(text);
        assertThat(outcome.code()).isNotZero();
    }

    private String in(String container, String script) throws IOException, InterruptedException {
        return docker("exec", container, "sh", "-c", script).strip();
    }

    @Test
    void everythingComesBackAsItWent() throws IOException, InterruptedException {
        Path there = tree(home.resolve("there"));
        docker("create", "--network", "none", "--name", "still", "busybox", "sleep", "1000");
        docker("run", "-d", "--network", "none", "--name", "runs", "busybox", "sleep", "1000");
        docker("run", "-d", "--network", "none", "--name", "stands", "busybox", "sleep", "1000");
        docker("pause", "stands");
        for (String container : List.of("still", "runs", "stands")) {
            Path sent = home.resolve("sent-" + container);
            // the client's own tar forgets attributes and parts of a second
            tar("--format=pax", "-C", home.toString(), "-cf", sent.toString(), "there");
            assertThat(house.docker(Files.readAllBytes(sent), "cp", "-", container + ":/home")
                            .code())
                    .isZero();
            Path back = Files.createDirectory(home.resolve("back-" + container));
            tar("-C", back.toString(), "-xpf", got(container, "/home/there").toString());
            assertThat(described(back.resolve("there"))).as(container).isEqualTo(described(there));
        }
        docker("start", "still");
        assertThat(in("still", "cat /home/there/file")).isEqualTo("content");
    }

    private Path got(String container, String path) throws IOException, InterruptedException {
        Path tar = home.resolve("got-" + container);
        Process process = new ProcessBuilder(
                        "docker", "-H", "unix://" + home.resolve("run/ferry.sock"), "cp", container + ":" + path, "-")
                .redirectOutput(tar.toFile())
                .start();
        assertThat(process.waitFor()).isZero();
        return tar;
    }

    private static void tar(String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of("tar", "--xattrs", "--xattrs-include=*", "--sparse"));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** A file with an attribute and odd rights, its hard link, links, a device, a pipe, a sparse file, a name of 1,000 bytes. */
    private static Path tree(Path top) throws IOException {
        Files.createDirectories(top);
        Path file = Files.writeString(top.resolve("file"), "content");
        FileNodes.changeOwner(file, 1234, 4321);
        FileNodes.changeMode(file, 04751);
        ExtendedAttributes.set(file, "trusted.colour", new byte[] {0, 1, -1});
        Files.createLink(top.resolve("hard"), file);
        Files.createSymbolicLink(top.resolve("soft"), Path.of("file"));
        Files.createSymbolicLink(top.resolve("nowhere"), Path.of("/no/such"));
        FileNodes.make(top.resolve("null"), FileNodes.S_IFCHR | 0640, 1, 3);
        FileNodes.make(top.resolve("pipe"), FileNodes.S_IFIFO | 0600, 0, 0);
        try (FileChannel sparse =
                FileChannel.open(top.resolve("sparse"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            sparse.write(ByteBuffer.wrap(new byte[] {7}), 8 << 20);
        }
        Path deep = top;
        for (int i = 0; i < 5; i++) {
            deep = Files.createDirectory(deep.resolve("ü".repeat(100)));
        }
        Files.writeString(deep.resolve("leaf"), "deep");
        return top;
    }

    private static List<String> described(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            return all.map(file -> describe(top, file)).sorted().toList();
        }
    }

    private static String describe(Path top, Path file) {
        try {
            var a = Files.readAttributes(
                    file, "unix:mode,uid,gid,rdev,nlink,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
            boolean directory = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
            String content = Files.isSymbolicLink(file)
                    ? Files.readSymbolicLink(file).toString()
                    : Files.isRegularFile(file)
                            ? Long.toHexString(java.util.Arrays.hashCode(Files.readAllBytes(file)))
                            : "";
            String colour = java.util.Arrays.toString(
                    ExtendedAttributes.value(file, "trusted.colour").orElse(new byte[0]));
            return top.relativize(file) + " " + a.get("mode") + " " + a.get("uid") + ":"
                    + a.get("gid") + " " + a.get("rdev") + " "
                    + (directory ? "" : a.get("nlink") + " " + a.get("size") + " " + a.get("lastModifiedTime")) + " "
                    + content + " " + colour;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void sparseFilesStaySparse() throws IOException, InterruptedException {
        Path there = tree(home.resolve("there"));
        docker("run", "-d", "--network", "none", "--name", "runs", "busybox", "sleep", "1000");
        docker("cp", there.resolve("sparse").toString(), "runs:/home/sparse");
        assertThat(Long.parseLong(in("runs", "busybox stat -c %b /home/sparse")))
                .isLessThan(1024);
        assertThat(in("runs", "busybox stat -c %s /home/sparse")).isEqualTo(Integer.toString((8 << 20) + 1));
    }

    @Test
    void linksAndMountsAreThoseOfTheContainer() throws IOException, InterruptedException {
        Path bound = Files.createDirectory(home.resolve("bound"));
        Path secret = Files.createDirectory(home.resolve("secret"));
        Files.writeString(secret.resolve("word"), "of the host");
        for (String run : List.of("create", "run")) {
            docker(
                    run.equals("run")
                            ? new String[] {
                                "run",
                                "-d",
                                "--network",
                                "none",
                                "--name",
                                run,
                                "-v",
                                bound + ":/bound",
                                "--tmpfs",
                                "/memory",
                                "busybox",
                                "sleep",
                                "1000"
                            }
                            : new String[] {
                                "create",
                                "--network",
                                "none",
                                "--name",
                                run,
                                "-v",
                                bound + ":/bound",
                                "busybox",
                                "sleep",
                                "1000"
                            });
            Path file = Files.writeString(home.resolve("new-" + run), run);
            docker("cp", file.toString(), run + ":/bound/" + run);
            assertThat(bound.resolve(run)).hasContent(run);
            // a link that names a directory of the host leads nowhere in the container
            Path links = Files.createDirectory(home.resolve("links-" + run));
            Files.createSymbolicLink(links.resolve("out"), secret);
            Files.createSymbolicLink(links.resolve("up"), Path.of("../../../../../../../.." + secret));
            Files.createSymbolicLink(links.resolve("etc"), Path.of("/etc"));
            docker("cp", links.toString(), run + ":/links");
            refused("Could not find the file /links/out/word in container " + run, "cp", run + ":/links/out/word", "-");
            refused("Could not find the file /links/up/word", "cp", run + ":/links/up/word", "-");
            refused("Could not find the file /links/out in", "cp", file.toString(), run + ":/links/out/word");
            docker("cp", file.toString(), run + ":/links/etc/copied");
            docker("cp", run + ":/etc/copied", home.resolve("copied-" + run).toString());
            assertThat(home.resolve("copied-" + run)).hasContent(run);
        }
        in("run", "echo fresh > /memory/file");
        docker("cp", "run:/memory/file", home.resolve("fresh").toString());
        assertThat(home.resolve("fresh")).hasContent("fresh\n");
        try (Stream<Path> left = Files.list(secret)) {
            assertThat(left).containsExactly(secret.resolve("word"));
        }
        refused("Could not find the file /no/such in container run", "cp", "run:/no/such", "-");
        refused("No such container: nobody", "cp", "nobody:/etc", "-");
    }

    @Test
    void aContainerThatSwapsLinksLeadsNobodyOut() throws IOException, InterruptedException {
        Path outside = Files.createDirectories(home.resolve("outside/sub"));
        Files.writeString(outside.resolve("secret"), "of the host");
        docker(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "foe",
                "busybox",
                "sh",
                "-c",
                "busybox mkdir -p /t/real/sub; busybox ln -s " + outside.getParent()
                        + " /t/link; echo mine > /t/real/sub/secret;"
                        + " busybox cp -a /t/real /t/d; echo ready;"
                        + " while :; do busybox mv /t/d /t/x; busybox mv -T /t/link /t/d; busybox mv -T /t/d /t/link;"
                        + " busybox mv -T /t/x /t/d; done");
        Path file = Files.writeString(home.resolve("planted"), "planted");
        while (!docker("logs", "foe").contains("ready")) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < 15; i++) {
            EngineHouse.Outcome out = house.docker("cp", "foe:/t/d/sub/secret", "-");
            assertThat(out.text()).doesNotContain("of the host");
            assertThat(house.docker("cp", "foe:/t", "-").text()).doesNotContain("of the host");
            house.docker("cp", file.toString(), "foe:/t/d/sub/planted");
        }
        try (Stream<Path> left = Files.list(outside)) {
            assertThat(left).containsExactly(outside.resolve("secret"));
        }
    }

    @Test
    void readOnlyStaysReadOnly() throws IOException, InterruptedException {
        Path bound = Files.createDirectory(home.resolve("bound"));
        Path file = Files.writeString(home.resolve("file"), "x");
        for (String run : List.of("create", "run -d")) {
            String[] how = run.split(" ");
            String name = how[0];
            docker(Stream.of(
                            Stream.of(how),
                            Stream.of(
                                    "--network",
                                    "none",
                                    "--name",
                                    name + "-root",
                                    "--read-only",
                                    "busybox",
                                    "sleep",
                                    "1000"))
                    .flatMap(each -> each)
                    .toArray(String[]::new));
            refused("container rootfs is marked read-only", "cp", file.toString(), name + "-root:/home/file");
            docker(Stream.of(
                            Stream.of(how),
                            Stream.of(
                                    "--network",
                                    "none",
                                    "--name",
                                    name + "-bound",
                                    "-v",
                                    bound + ":/bound:ro",
                                    "busybox",
                                    "sleep",
                                    "1000"))
                    .flatMap(each -> each)
                    .toArray(String[]::new));
            refused("mounted volume is marked read-only", "cp", file.toString(), name + "-bound:/bound/file");
            docker("cp", file.toString(), name + "-bound:/home/file");
        }
        assertThat(bound).isEmptyDirectory();
    }

    @Test
    void filesAndDirectoriesDoNotReplaceEachOther() throws IOException, InterruptedException {
        docker("create", "--network", "none", "--name", "still", "busybox", "sleep", "1000");
        Path file = Files.writeString(home.resolve("etc"), "x");
        refused("cannot overwrite directory", "cp", file.toString(), "still:/");
        refused("no such directory", "cp", file.toString(), "still:/bin/busybox/");
    }

    @Test
    void eventsTell() throws IOException, InterruptedException {
        docker("create", "--network", "none", "--name", "still", "busybox", "sleep", "1000");
        Path file = Files.writeString(home.resolve("file"), "x");
        try (HeardEvents events = HeardEvents.begin(home)) {
            docker("cp", file.toString(), "still:/home/file");
            docker("cp", "still:/home/file", "-");
            assertThat(events.until("container archive-path")).contains("container extract-to-dir");
        }
    }

    @Test
    void aSlowClientHoldsUpNothing() throws IOException, InterruptedException {
        docker("create", "--network", "none", "--name", "still", "busybox", "sleep", "1000");
        docker("run", "-d", "--network", "none", "--name", "runs", "busybox", "sleep", "1000");
        byte[] tar = Files.readAllBytes(packed());
        try (SocketChannel slow = put("still", tar.length);
                SocketChannel cut = put("runs", tar.length)) {
            slow.write(ByteBuffer.wrap(tar, 0, tar.length / 2));
            cut.write(ByteBuffer.wrap(tar, 0, tar.length / 2));
            docker("start", "still");
            in("still", "true");
            slow.write(ByteBuffer.wrap(tar, tar.length / 2, tar.length - tar.length / 2));
            slow.shutdownOutput();
            String answer = new String(Channels.newInputStream(slow).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 200");
        }
        assertThat(in("still", "busybox stat -c %s /home/big")).isEqualTo(Integer.toString(1 << 20));
        // the other client has gone in the middle of its only file
        String left = in(
                "runs",
                "i=0; while [ -n \"$(busybox ls -A /home)\" ] && [ $i -lt 100 ]; do usleep 50000; i=$((i+1)); done;"
                        + " busybox ls -A /home");
        assertThat(left).isEmpty();
    }

    private Path packed() throws IOException, InterruptedException {
        Path big = home.resolve("big");
        byte[] noise = new byte[1 << 20];
        new java.util.Random(1).nextBytes(noise);
        Files.write(big, noise);
        Path tar = home.resolve("big.tar");
        tar("-C", home.toString(), "-cf", tar.toString(), "big");
        return tar;
    }

    private SocketChannel put(String container, int length) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(home.resolve("run/ferry.sock")));
        channel.write(ByteBuffer.wrap(("PUT /containers/" + container + "/archive?path=/home HTTP/1.1\r\nHost: x\r\n"
                        + "Connection: close\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }
}
