package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every version of the API that is said to be spoken, and every path that is not. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class VersionsCliTest {

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
    void everyVersionLists() throws IOException, InterruptedException {
        house.docker("run", "--network", "none", "--name", "job", "busybox", "echo", "line");
        for (int minor = 24; minor <= 50; minor++) {
            house.environment.put("DOCKER_API_VERSION", "1." + minor);
            for (List<String> command : List.of(
                    List.of("version"),
                    List.of("info"),
                    List.of("ps", "-a"),
                    List.of("inspect", "job"),
                    List.of("logs", "job"),
                    List.of("images"),
                    List.of("image", "inspect", "busybox"),
                    List.of("history", "busybox"),
                    List.of("stats", "--no-stream", "job"),
                    List.of("update", "--cpu-shares", Integer.toString(500 + minor), "job"))) {
                EngineHouse.Outcome outcome = house.docker(command.toArray(String[]::new));
                assertThat(outcome.code())
                        .as("1.%s %s: %s", minor, command, outcome.text())
                        .isZero();
            }
            assertThat(house.docker("inspect", "-f", "{{.HostConfig.CpuShares}}", "job")
                            .line())
                    .isEqualTo(Integer.toString(500 + minor));
        }
    }

    @Test
    void noPathHasABarePage() throws IOException {
        ApiWire wire = ApiWire.of(house);
        for (String path : List.of(
                "GET /nonsense",
                "GET /v1.50/nonsense",
                "POST /v1.24/containers/json",
                "PUT /v1.50/info",
                "POST /v1.50/session",
                "POST /v1.50/grpc",
                "GET /debug/vars",
                "GET /v1.50/containers")) {
            String[] parts = path.split(" ", -1);
            ApiWire.Answer answer = wire.ask(parts[0], parts[1]);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.body()).as(path).isEqualToIgnoringNewLines("{\"message\":\"page not found\"}");
            assertThat(answer.type()).as(path).startsWith("application/json");
        }
        assertThat(wire.ask("OPTIONS", "/v1.50/containers/json").status()).isEqualTo(200);
        assertThat(wire.ask("GET", "/v1.50/plugins/some/one/json").body())
                .contains("plugin \\\"some/one\\\" not found");
        assertThat(wire.ask("GET", "/v1.50/services").status()).isEqualTo(503);
        assertThat(wire.ask("GET", "/v1.50/swarm").status()).isEqualTo(503);
        assertThat(wire.ask("GET", "/v1.50/containers/none-such/stats").status())
                .isEqualTo(404);
    }
}
