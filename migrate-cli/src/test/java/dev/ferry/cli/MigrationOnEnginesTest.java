package dev.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.cli.LiveEngine.Said;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.testing.Feature;
import dev.ferry.testing.JvmFlags;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command line at two engines that become peers: a container goes from one to the other, or stays. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.CRIU})
@Timeout(300)
final class MigrationOnEnginesTest {
    private static final String COUNT = "i=0; while true; do i=$((i+1)); echo $i; sleep 0.05; done";

    /** Slow enough to be interrupted while the image is sent: it has more than ten times that. */
    private static final String SLOW = "64k";

    private final List<LiveEngine> engines = new ArrayList<>();

    private LiveEngine a() {
        return engines.getFirst();
    }

    private LiveEngine b() {
        return engines.getLast();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @BeforeEach
    void makePeersAndAJob() throws Exception {
        for (String name : List.of("a", "b")) {
            engines.add(LiveEngine.start("--peer-name", name, "--peer-listen", "127.0.0.1:" + freePort()));
        }
        Said invited = b().call("peer", "invite");
        assertThat(invited.err()).contains("ferry peer join TOKEN").contains("until 2");
        assertThat(invited.out().lines()).hasSize(1);
        Said joined = a().call("peer", "join", invited.out().strip());
        assertThat(joined.out()).as(joined.err()).isEqualTo("b\n");
        assertThat(a().call("image", "from-host", "small:1").code()).isZero();
        assertThat(a().call("run", "-d", "--name", "job", "--network", "none", "small:1", "sh", "-c", COUNT)
                        .code())
                .isZero();
        a().awaitLines("job", 3);
    }

    @AfterEach
    void end() throws Exception {
        for (LiveEngine engine : engines) {
            engine.end();
        }
    }

    @Test
    void jobMovesAndBothSidesTellOfIt() throws Exception {
        assertThat(a().call("peer", "ls").out()).contains("b ").contains("127.0.0.1:");
        assertThat(b().call("peer", "ls", "--quiet").out()).isEqualTo("a\n");

        Said unknown = a().call("migrate", "job", "--to", "nowhere");
        assertThat(unknown.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(unknown.err()).contains("no peer is called \"nowhere\"").contains("ferry peer ls");
        Said verdict = a().call("migrate", "job", "--to", "b", "--dry-run");
        assertThat(verdict.code()).as(verdict.out()).isZero();
        assertThat(verdict.out()).startsWith("go: ").contains("blackout about");
        assertThat(a().call("migrations", "--quiet").out())
                .as("nothing was begun")
                .isEmpty();

        Said moved = a().call("migrate", "job", "--to", "b");
        assertThat(moved.code()).as(moved.err()).isZero();
        assertThat(moved.out()).contains("STEP", "hand-over", "total").containsPattern("blackout .*, expected about ");
        assertThat(moved.err()).contains("offer: ").contains("container 'job' runs at 'b'");
        assertThat(a().call("ps", "--all", "--quiet").out()).isEmpty();
        requireCountsOn(b());

        String id = a().call("migrations", "--quiet").out().strip();
        assertThat(id).hasSize(12);
        assertThat(a().call("migration", "ls").out()).contains(id, "job", "to b", "retired", "moved");
        assertThat(b().call("migrations").out()).contains(id, "job", "from a", "running", "moved");
        assertThat(a().call("migration", "inspect", id).json().path("outcome").asText())
                .isEqualTo("moved");
        Said over = a().call("migration", "cancel", id);
        assertThat(over.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(over.err()).contains("is over");
        Said noDoubt = a().call("migration", "resolve", id, "--run", "here", "--yes");
        assertThat(noDoubt.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(noDoubt.err()).contains("there is no doubt about migration " + id);

        Said back = b().call("migrate", "job", "--to", "a", "--keep-source", "--json");
        assertThat(back.json().path("outcome").asText()).as(back.err()).isEqualTo("moved");
        assertThat(back.json().path("timeline")).isNotEmpty();
        requireCountsOn(a());
        Said taken = a().call("migrate", "job", "--to", "b", "--dry-run");
        assertThat(taken.code()).isEqualTo(ExitCode.NEGATIVE);
        assertThat(taken.out()).startsWith("no go: ").contains("target, job: the name \"job\" is already in use");

        assertThat(a().call("peer", "rm", "b").out()).isEqualTo("b\n");
        assertThat(a().call("peer", "ls", "--quiet").out()).isEmpty();
        assertThat(a().call("peer", "rm", "b").err()).contains("no peer is called");
    }

    @Test
    void interruptCallsItOff() throws Exception {
        Path err = a().directory.resolve("migrate.err");
        Process migrate = migrateApart(err);
        LiveEngine.await("the image is on its way", () -> read(err).contains("image: "));
        new ProcessBuilder("kill", "-INT", Long.toString(migrate.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(migrate.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(migrate.exitValue()).as(read(err)).isEqualTo(ExitCode.NEGATIVE);
        assertThat(read(err))
                .contains("called off")
                .contains("container 'job' was not moved to 'b': the migration was cancelled")
                .contains("it still runs here");
        requireCountsOn(a());
        assertThat(b().call("ps", "--all", "--quiet").out()).isEmpty();
    }

    @Test
    void engineThatDiesIsWaitedForAndFollowedOn() throws Exception {
        Path err = a().directory.resolve("migrate.err");
        Process migrate = migrateApart(err);
        LiveEngine.await("the image is on its way", () -> read(err).contains("image: "));
        a().kill();
        LiveEngine.await("the end is noticed", () -> read(err).contains("the engine broke off"));
        a().launch();
        assertThat(migrate.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(migrate.exitValue()).as(read(err)).isEqualTo(ExitCode.NEGATIVE);
        assertThat(read(err))
                .contains("an engine is there again")
                .contains("container 'job' was not moved to 'b'")
                .contains("it still runs here");
        requireCountsOn(a());
    }

    @Test
    void detachedMigrationIsCancelledByItsId() throws Exception {
        String id = a().call("migrate", "job", "--to", "b", "--bandwidth", SLOW, "--detach")
                .out()
                .strip();
        assertThat(id).hasSize(32);
        Said cancelled = a().call("migration", "cancel", id.substring(0, 12));
        assertThat(cancelled.out()).as(cancelled.err()).isEqualTo(id.substring(0, 12) + "\n");
        assertThat(cancelled.err()).contains("container 'job' stays here");
        LiveEngine.await("it is over", () -> a().call("migrations").out().contains("failed"));
        requireCountsOn(a());
    }

    /** A call in a process of its own, which hears signals. */
    private Process migrateApart(Path err) throws IOException {
        // whoever runs the tests in the background has its children ignore interrupts, and a JVM then does so too
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(JvmFlags.command(
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--host",
                a().host(),
                "migrate",
                "job",
                "--to",
                "b",
                "--bandwidth",
                SLOW));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile())
                .start();
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireCountsOn(LiveEngine engine) throws InterruptedException {
        engine.awaitLines("job", engine.lines("job").size() + 3);
        List<String> lines = engine.lines("job");
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(Integer.toString(i + 1));
        }
    }
}
