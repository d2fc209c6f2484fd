package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Execs outlive the engine as containers do. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class ExecAdoptionTest {

    private static final String WAIT = "while [ ! -e /tmp/NAME ]; do usleep 20000; done; exit CODE";

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

    @Test
    void execThatRunsAndOneThatEndedMeanwhileAreKnownToTheNextEngine() throws IOException, InterruptedException {
        house.docker(
                "run", "-d", "--network", "none", "--name", "box", "busybox", "sh", "-c", "while :; do sleep 1; done");
        String pid = house.docker("inspect", "-f", "{{.State.Pid}}", "box").line();
        Path inside = Path.of("/proc", pid, "root", "tmp");
        String longer = exec("longer", 6);
        String shorter = exec("shorter", 5);
        house.killEngine();
        Files.createFile(inside.resolve("shorter"));
        house.start();
        await(shorter, "\"Running\":false");
        assertThat(exec(shorter)).contains("\"ExitCode\":5");
        assertThat(exec(longer)).contains("\"Running\":true");
        assertThat(house.docker("inspect", "-f", "{{json .ExecIDs}}", "box").line())
                .isEqualTo("[\"" + longer + "\"]");
        Files.createFile(inside.resolve("longer"));
        await(longer, "\"Running\":false");
        assertThat(exec(longer)).contains("\"ExitCode\":6");
    }

    /** Starts one and answers its id: the newest. */
    private String exec(String name, int code) throws IOException, InterruptedException {
        String program = WAIT.replace("NAME", name).replace("CODE", Integer.toString(code));
        String before = ids();
        EngineHouse.Outcome exec = house.docker("exec", "-d", "box", "sh", "-c", program);
        assertThat(exec.code()).as(exec.text()).isZero();
        return ids().lines().filter(id -> !before.contains(id)).findFirst().orElseThrow();
    }

    private String ids() throws IOException, InterruptedException {
        return house.docker("inspect", "-f", "{{range .ExecIDs}}{{println .}}{{end}}", "box")
                .line();
    }

    private String exec(String id) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(home.resolve("run/ferry.sock")));
            String request = "GET /exec/" + id + "/json HTTP/1.1\r\nHost: ferry\r\nConnection: close\r\n\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void await(String id, String wanted) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        for (String now = exec(id); !now.contains(wanted); now = exec(id)) {
            assertThat(System.nanoTime()).as(now).isLessThan(deadline);
        }
    }
}
