package dev.ferry.criu.bundle;

import static dev.ferry.criu.bundle.CheckpointRig.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.criu.bundle.CheckpointRig.Ends;
import dev.ferry.runtime.bundle.RuntimeProgram.Result;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory that goes elsewhere while a container is saved, or when it is needed. The other side is CRIU itself. The limit for pipes stays where
 * a call has raised it: another CRIU of this host that has read it would fail if it went down again.
 */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS, Feature.CRIU})
class LazyPagesTest {
    /** Holds eleven million characters that nobody can guess, and says their sum when it is asked. */
    private static final String HOLDER =
            "x=$(head -c 8000000 /dev/urandom | base64); sum() { echo \"$x\" | md5sum; }; sum; while read -r l; do sum; done";

    private static final int FEW_PAGES = 4 * 4096;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private CheckpointRig rig;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() throws Exception {
        rig = new CheckpointRig(folder, shared.resolve("root"));
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitListener(int port) throws Exception {
        String end = ":%04X 00000000:0000 0A".formatted(port);
        await(
                "a listener at port " + port,
                () -> Files.readAllLines(Path.of("/proc/net/tcp")).stream().anyMatch(line -> line.contains(end)));
    }

    private Ends holder(String name) throws Exception {
        Ends ends = rig.running(name, rig.bundle(name, rig.shell(name, HOLDER).build()));
        ends.awaitLines(1);
        return ends;
    }

    private static void move(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(
                            each -> String.valueOf(each.getFileName()).startsWith("page"))
                    .toList()) {
                Files.move(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void pagesGoToAServerAndComeBackFromItsImages() throws Exception {
        Ends before = holder("a");
        Path far = Files.createDirectory(folder.resolve("far"));
        int port = freePort();
        Process server = rig.criu(
                folder.resolve("server.log"),
                "page-server",
                "--images-dir",
                far.toString(),
                "--address",
                "127.0.0.1",
                "--port",
                Integer.toString(port));
        awaitListener(port);
        rig.mustCall("checkpoint", "--image-path", rig.images().toString(), "--page-server", "127.0.0.1:" + port, "a");
        assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isZero();
        assertThat(rig.images().resolve("pages-1.img")).doesNotExist();
        try (Stream<Path> files = Files.list(far)) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isGreaterThan(10_800_000L);
        }

        Ends after = rig.ends();
        String[] restore = {"restore", "--detach", "--image-path", rig.images().toString(), "a"};
        assertThat(after.call(Map.of(), restore).err()).contains("restore refused");
        move(far, rig.images());
        Ends again = rig.ends();
        again.mustCall(restore);
        again.write("sum\n");
        again.awaitLines(1);
        assertThat(again.lines()).isEqualTo(before.lines());
    }

    /** A checkpoint that serves pages: process and port. */
    private record Serving(Process call, int port, Path err) {}

    private Serving serving(String id) throws Exception {
        int port = freePort();
        Path err = folder.resolve("serving.err");
        Process call = rig.beside(new ProcessBuilder(rig.runtime()
                        .command(
                                "checkpoint",
                                "--lazy-pages",
                                "--status-fd",
                                "1",
                                "--page-server",
                                "127.0.0.1:" + port,
                                "--image-path",
                                rig.images().toString(),
                                id))
                .redirectInput(new File("/dev/null"))
                .redirectError(err.toFile()));
        assertThat(call.getInputStream().readAllBytes())
                .as(Files.readString(err))
                .containsExactly(0);
        assertThat(call.isAlive()).isTrue();
        return new Serving(call, port, err);
    }

    /** Where the CRIU of a checkpoint listens or is connected, as /proc writes it. */
    private List<String> addressesOfCriu(String id) throws Exception {
        int criu = new ObjectMapper()
                .readTree(Files.readAllBytes(folder.resolve("states/" + id + "/criu/criu.json")))
                .path("pid")
                .asInt();
        List<String> sockets = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + criu + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                String target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith("socket:[")) {
                    sockets.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        }
        return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(fields -> sockets.contains(fields[9]))
                .map(fields -> fields[1])
                .toList();
    }

    private Process daemon(int port) throws Exception {
        Path work = Files.createDirectories(folder.resolve("work"));
        Process daemon = rig.criu(
                folder.resolve("daemon.log"),
                "lazy-pages",
                "--page-server",
                "--address",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--images-dir",
                rig.images().toString(),
                "--work-dir",
                work.toString());
        await("its socket", () -> Files.exists(work.resolve("lazy-pages.socket")));
        return daemon;
    }

    private String[] restoring(Path bundle) {
        return new String[] {
            "restore",
            "--detach",
            "--lazy-pages",
            "--bundle",
            bundle.toString(),
            "--image-path",
            rig.images().toString(),
            "--work-path",
            folder.resolve("work").toString(),
            "b"
        };
    }

    @Test
    void pagesAreFetchedAndTheSourceEndsWithTheLast() throws Exception {
        Ends before = holder("a");
        Serving serving = serving("a");
        // it may run elsewhere from now on, and does not go on here
        assertThat(rig.state("a", "status")).isEqualTo("paused");
        assertThat(rig.refused(
                        "checkpoint", "--image-path", folder.resolve("other").toString(), "a"))
                .contains("another checkpoint of \"a\" is being made");
        // a look at the port is nobody: CRIU itself would end the container and say that all went well
        new Socket(InetAddress.getLoopbackAddress(), serving.port()).close();
        assertThat(addressesOfCriu("a")).isNotEmpty().allMatch(address -> address.startsWith("0100007F:"));
        Process daemon = daemon(serving.port());
        Ends after = rig.ends();
        after.mustCall(restoring(rig.bundle("b", rig.shell("b", HOLDER).build())));
        assertThat(daemon.isAlive()).isFalse();
        assertThat(serving.call().waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(serving.call().exitValue())
                .as(Files.readString(serving.err()))
                .isZero();
        assertThat(rig.state("a", "status")).isEqualTo("stopped");
        rig.mustCall("delete", "a");
        after.write("sum\n");
        after.awaitLines(1);
        assertThat(after.lines()).isEqualTo(before.lines());
    }

    /** runc takes no link for a root, and locks a network of its own with a program that may be missing. */
    private Path bundleForRunc(String name) throws Exception {
        Path bundle = rig.bundle(
                name,
                rig.shell(name, HOLDER).hostNamespace(NamespaceKind.NETWORK).build());
        Files.delete(bundle.resolve("rootfs"));
        TestRoot.makeIn(bundle.resolve("rootfs"));
        return bundle;
    }

    @Test
    @Requires(Feature.RUNC)
    void pagesThatRuncServesAreFetched() throws Exception {
        Path bundle = bundleForRunc("a");
        Ends before = rig.ends();
        try {
            before.mustCall(rig.runc("run", "--detach", "--bundle", bundle.toString(), "a"));
            before.awaitLines(1);
            int port = freePort();
            Process source = rig.beside(withCriuOnPath(rig.runc(
                    "checkpoint",
                    "--lazy-pages",
                    "--status-fd",
                    "1",
                    "--page-server",
                    "127.0.0.1:" + port,
                    "--image-path",
                    rig.images().toString(),
                    "a")));
            assertThat(source.getInputStream().read()).isZero();
            Process daemon = daemon(port);
            Ends after = rig.ends();
            after.mustCall(restoring(bundleForRunc("b")));
            assertThat(daemon.isAlive()).isFalse();
            assertThat(source.waitFor(30, TimeUnit.SECONDS)).isTrue();
            after.write("sum\n");
            after.awaitLines(1);
            assertThat(after.lines().getLast()).isEqualTo(before.lines().getLast());
        } finally {
            // what was not saved to the end
            rig.ends().mustCall(rig.runc("delete", "--force", "a"));
        }
    }

    @Test
    @Requires(Feature.RUNC)
    void pagesAreServedToRunc() throws Exception {
        Path bundle = bundleForRunc("a");
        Ends before = rig.running("a", bundle);
        before.awaitLines(1);
        Serving serving = serving("a");
        Process daemon = daemon(serving.port());
        Ends after = rig.ends();
        // the source is there until all pages are here, so this one has a cgroup of its own
        Path other = bundleForRunc("b");
        try {
            after.mustCall(rig.runc(
                    "restore",
                    "--detach",
                    "--lazy-pages",
                    "--bundle",
                    other.toString(),
                    "--image-path",
                    rig.images().toString(),
                    "--work-path",
                    folder.resolve("work").toString(),
                    "b"));
            assertThat(serving.call().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(serving.call().exitValue())
                    .as(Files.readString(serving.err()))
                    .isZero();
            assertThat(daemon.waitFor()).isZero();
            after.write("sum\n");
            after.awaitLines(1);
            assertThat(after.lines().getLast()).isEqualTo(before.lines().getLast());
        } finally {
            after.mustCall(rig.runc("delete", "--force", "b"));
        }
    }

    private static ProcessBuilder withCriuOnPath(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .merge("PATH", Feature.tools().resolve("bin").toString(), (path, more) -> path + ":" + more);
        return builder;
    }

    /** Zeros in the place of pages are the one thing that must not be seen. */
    @Test
    void containerEndsWhenItsPagesStopComingAndTheSourceIsStillWhole() throws Exception {
        Ends before = holder("a");
        Serving serving = serving("a");
        try (SlowWire wire = new SlowWire(serving.port())) {
            Process daemon = daemon(wire.port());
            Ends after = rig.ends();
            Process restore =
                    after.begin(restoring(rig.bundle("b", rig.shell("b", HOLDER).build())));
            after.write("sum\n");
            await("that it has forked for its sum", () -> {
                // all pages would take hundreds of such looks
                wire.letThrough(FEW_PAGES);
                return rig.runtime().call("ps", "--format", "json", "b").out().contains(",");
            });
            daemon.destroyForcibly().waitFor();
            assertThat(restore.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(restore.exitValue()).isEqualTo(1);
            assertThat(after.all()).contains("before all pages came").doesNotContain(" -\n");
        }
        assertThat(rig.runtime().call("list", "--quiet").out()).isEqualTo("a\n");
        assertThat(CgroupHierarchies.ofHost().open(rig.parent().child("b")).exists())
                .isFalse();

        assertThat(serving.call().waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(serving.call().exitValue()).isEqualTo(1);
        assertThat(serving.err())
                .content()
                .contains("were not all fetched")
                .contains("\"resume\"")
                .containsPattern("went away after \\d+ of \\d{4} pages");
        assertThat(rig.state("a", "status")).isEqualTo("paused");
        rig.mustCall("resume", "a");
        before.write("sum\n");
        before.awaitLines(2);
        assertThat(before.lines().getLast()).isEqualTo(before.lines().getFirst());
    }

    @Test
    void callThatDiesWhileItServesLeavesWhatCanBeTakenAway() throws Exception {
        holder("a");
        Serving serving = serving("a");
        serving.call().destroyForcibly().waitFor();
        assertThat(rig.state("a", "status")).isEqualTo("paused");
        assertThat(Files.exists(folder.resolve("states/a/criu/criu.json"))).isTrue();
        rig.mustCall("kill", "a", "KILL");
        await("its end", () -> rig.state("a", "status").equals("stopped"));
        rig.mustCall("delete", "a");
        // its CRIU has gone with it: the leak check counts processes
        assertThat(CgroupHierarchies.ofHost().open(rig.parent().child("a")).exists())
                .isFalse();
    }

    @Test
    void whatCannotBeServedIsRefusedBeforeAnythingIsTouched() throws Exception {
        Ends ends = holder("a");
        String to = rig.images().toString();
        assertThat(rig.refused("checkpoint", "--lazy-pages", "--image-path", to, "a"))
                .contains("--lazy-pages needs --page-server ADDRESS:PORT");
        for (String bad : List.of("127.0.0.1", ":77", "127.0.0.1:", "::1:77")) {
            assertThat(rig.refused("checkpoint", "--page-server", bad, "--image-path", to, "a"))
                    .contains("Use --page-server ADDRESS:PORT");
        }
        assertThat(rig.refused("checkpoint", "--page-server", "127.0.0.1:x", "--image-path", to, "a"))
                .contains("Invalid port number");
        String[] lazy = {"checkpoint", "--lazy-pages", "--page-server", "127.0.0.1:" + freePort(), "--image-path", to};
        assertThat(rig.refused(with(lazy, "--status-fd", "99", "a")))
                .contains("invalid --status-fd argument 99: bad file descriptor");
        assertThat(rig.refused(with(lazy, "--status-fd", "0", "a")))
                .contains("invalid --status-fd argument 0: not writable");
        assertThat(rig.refused(with(lazy, "--pre-dump", "a"))).contains("exclude each other");
        assertThat(Files.exists(rig.images())).isFalse();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            lazy[3] = "127.0.0.1:" + taken.getLocalPort();
            assertThat(rig.refused(with(lazy, "a"))).contains("cannot be listened at");
        }
        int nobody = freePort();
        assertThat(rig.refused("checkpoint", "--page-server", "127.0.0.1:" + nobody, "--image-path", to, "a"))
                .contains("checkpoint refused");
        rig.mustCall("checkpoint", "--leave-running", "--image-path", to, "a");
        Result nobodyListens = rig.ends()
                .call(Map.of(), restoring(rig.bundle("b", rig.shell("b", HOLDER).build())));
        assertThat(nobodyListens.err()).contains("nobody listens at").contains("lazy-pages.socket");
        assertThat(rig.runtime().call("list", "--quiet").out()).isEqualTo("a\n");
        ends.write("sum\n");
        ends.awaitLines(2);
        assertThat(ends.lines().getLast()).isEqualTo(ends.lines().getFirst());
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }
}
