package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.api.model.ferry.MigrationResolution;
import dev.ferry.api.model.ferry.PeerInvitation;
import dev.ferry.api.model.ferry.PeerJoinRequest;
import dev.ferry.api.model.ferry.RestoreRequest;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.api.wire.HttpConnection;
import dev.ferry.api.wire.Request;
import dev.ferry.api.wire.Response;
import dev.ferry.engine.http.Description;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.testing.Feature;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine serves and answers below {@code /ferry/v1}, against its own description. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.LIBSECCOMP})
final class DescribedAnswersTest {
    private static final String ABSENT = "0".repeat(32);

    private Description description;
    private final Set<String> succeeded = new TreeSet<>();

    @BeforeEach
    void read() throws IOException {
        description = Description.read();
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute(@TempDir Path home) throws Exception {
        String cgroup = "/" + OwnNames.fresh();
        try (Engine engine = Engine.start(EngineOptions.in(home.resolve("root"), home.resolve("run"), cgroup))) {
            assertThat(engine.routes().stream().filter(route -> route.contains(" /ferry/v1")))
                    .containsExactlyInAnyOrderElementsOf(description.operations());
        } finally {
            CgroupHierarchies.ofHost().open(new CgroupPath(cgroup)).delete(CheckpointHouse.PATIENCE);
        }
    }

    @Test
    void everyOperationAnswersAsDescribed(@TempDir Path home) throws Exception {
        MigrationHouse house = new MigrationHouse(home, "--journal", "plain").withBusybox();
        try {
            CheckpointHouse.Job job = house.a.start(CheckpointHouse.JOB);
            job.requireCountsOn();
            Asker a = new Asker(house.a);
            Asker b = new Asker(house.b);

            assertThat(Description.of(a.get("/ferry/v1/openapi.yaml")).operations())
                    .isEqualTo(description.operations());
            a.get("/ferry/v1/engine");
            a.get("/ferry/v1/host");
            checkpoints(a, "/ferry/v1/containers/" + job.id);
            job.requireCountsOn();
            peers(a, b);
            migrations(a, b, job.id);
            job.requireCountsOn();
            a.refused("GET", "/ferry/v1/containers/none-such", null, 404);
            a.refused("DELETE", "/ferry/v1/peers/none-such", null, 404);
        } finally {
            house.end();
        }
        assertThat(succeeded).as("operations that were tried").isEqualTo(description.operations());
    }

    private void checkpoints(Asker a, String container) throws IOException {
        a.get(container);
        a.done("POST", container + "/checkpoints", new CheckpointRequest("one", false, false, false), 201);
        a.refused("POST", container + "/checkpoints", new CheckpointRequest("two", false, false, false), 409);
        a.get(container + "/checkpoints");
        a.get(container + "/checkpoints/one");
        a.refused("GET", container + "/checkpoints/none-such", null, 404);
        a.done("POST", container + "/restore", new RestoreRequest("one", false), 200);
        a.refused("POST", container + "/restore", new RestoreRequest("one", false), 409);
        a.done("DELETE", container + "/checkpoints/one", null, 204);
    }

    private void peers(Asker a, Asker b) throws IOException {
        a.done("DELETE", "/ferry/v1/peers/b", null, 204);
        b.done("DELETE", "/ferry/v1/peers/a", null, 204);
        byte[] invitation = b.done("POST", "/ferry/v1/peers/invitations", null, 201);
        String token =
                ApiJson.mapper().readValue(invitation, PeerInvitation.class).token();
        a.refused("POST", "/ferry/v1/peers/join", new PeerJoinRequest("", ""), 400);
        a.done("POST", "/ferry/v1/peers/join", new PeerJoinRequest(token, ""), 201);
        a.refused("POST", "/ferry/v1/peers/join", new PeerJoinRequest(token, ""), 409);
        a.get("/ferry/v1/peers");
    }

    private void migrations(Asker a, Asker b, String container) throws Exception {
        String all = "/ferry/v1/migrations";
        a.done("POST", all, new MigrationRequest(container, "b", true, false, List.of(), 0), 200);
        // what a target without a name for it would be told
        a.done("POST", all, new MigrationRequest(container, "b", true, true, List.of("/nowhere"), 1000), 200);
        a.refused("POST", all, new MigrationRequest(container, "none-such", false, false, List.of(), 0), 404);
        a.refused("POST", all, new MigrationRequest(container, "", false, false, List.of(), 0), 400);

        MigrationHouse.haltBefore(a.house, "after source OFFERED");
        String called = begin(a, container);
        CheckpointHouse.await("the source halts", () -> MigrationHouse.isHalted(a.house));
        a.get(all + "/" + called);
        a.get("/ferry/v1/containers/" + container);
        a.done("POST", all + "/" + called + "/cancel", null, 200);
        MigrationHouse.goOn(a.house);
        a.get(all + "/" + called + "/events");
        a.refused("POST", all + "/" + called + "/cancel", null, 409);
        a.refused("POST", all + "/" + called + "/resolve", new MigrationResolution("here"), 409);

        MigrationHouse.haltBefore(a.house, "after source HANDED_OVER");
        String doubted = begin(a, container);
        CheckpointHouse.await("the source halts", () -> MigrationHouse.isHalted(a.house));
        a.house.killApart();
        MigrationHouse.goOn(a.house);
        b.get("/ferry/v1/containers/" + container);
        b.house.killApart();
        a.house.startApart();
        CheckpointHouse.await(
                "doubt", () -> a.house.client.migrations().inspect(doubted).inDoubt());
        a.get("/ferry/v1/containers/" + container);
        a.refused("POST", all + "/" + doubted + "/resolve", new MigrationResolution("nowhere"), 400);
        a.done("POST", all + "/" + doubted + "/resolve", new MigrationResolution("here"), 200);
        a.get(all + "/" + doubted + "/events");
        b.house.startApart();
        CheckpointHouse.await(
                "the target follows",
                () -> b.house.client.containers().list(true, Map.of()).isEmpty());
        a.get(all);
        b.get(all);
        a.refused("GET", all + "/" + ABSENT, null, 404);
    }

    private static String begin(Asker a, String container) throws IOException {
        MigrationRequest request = new MigrationRequest(container, "b", false, false, List.of(), 0);
        JsonNode begun = ApiJson.mapper().readTree(a.done("POST", "/ferry/v1/migrations", request, 201));
        return begun.path("id").asText();
    }

    /** Asks one engine, and holds each question and answer against the description. */
    private final class Asker {
        private final CheckpointHouse house;

        Asker(CheckpointHouse house) {
            this.house = house;
        }

        byte[] get(String path) throws IOException {
            return done("GET", path, null, 200);
        }

        byte[] done(String method, String path, @org.jspecify.annotations.Nullable Object body, int status)
                throws IOException {
            byte[] answer = refused(method, path, body, status);
            succeeded.add(description.operation(method, path));
            return answer;
        }

        byte[] refused(String method, String path, @org.jspecify.annotations.Nullable Object body, int status)
                throws IOException {
            String operation = description.operation(method, path);
            Request request = Request.of(method, path);
            if (body != null) {
                byte[] json = ApiJson.mapper().writeValueAsBytes(body);
                if (status < 400) {
                    assertThat(description.faultsOfRequest(operation, json)).isEmpty();
                }
                request = request.withJson(json);
            }
            try (HttpConnection connection =
                            HttpConnection.open(new EngineAddress.Unix(house.home.resolve("run/ferry.sock")));
                    Response response = connection.exchange(request)) {
                byte[] answer = response.body().readAllBytes();
                assertThat(response.status()).as("%s %s", method, path).isEqualTo(status);
                String type =
                        response.headers().first("Content-Type").orElse("").replaceAll(";.*", "");
                assertThat(description.faultsOfAnswer(operation, status, type, answer))
                        .as("%s %s: %s", method, path, new String(answer, java.nio.charset.StandardCharsets.UTF_8))
                        .isEmpty();
                return answer;
            }
        }
    }
}
