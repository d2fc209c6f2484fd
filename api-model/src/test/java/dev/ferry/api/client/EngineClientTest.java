package dev.ferry.api.client;

import static dev.ferry.api.wire.ScriptedServer.header;
import static dev.ferry.api.wire.ScriptedServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.wire.ScriptedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class EngineClientTest {
    @TempDir
    private Path directory;

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @Test
    void createSendsConfigurationAndNameUnderTheNewestVersion() throws Exception {
        try (ScriptedServer server = answering("201 Created", "{\"Id\":\"abc\",\"Warnings\":null}");
                EngineClient engine = EngineClient.of(server.address())) {
            ContainerConfig config = ContainerConfig.builder()
                    .image("busybox")
                    .env(List.of("A=1"))
                    .build();
            var created = engine.containers()
                    .create(ContainerCreateRequest.builder().config(config).build(), "my job");
            assertThat(created.id()).isEqualTo("abc");
            assertThat(created.warnings()).isEmpty();
            assertThat(seen.take()).startsWith("POST /v1.50/containers/create?name=my%20job HTTP/1.1\r\n");
            assertThat(seen.take()).contains("\"Image\":\"busybox\"").contains("\"Env\":[\"A=1\"]");
        }
    }

    @Test
    void refusalCarriesStatusAndTheEnginesWords() throws IOException {
        try (ScriptedServer server = answering("404 Not Found", "{\"message\":\"No such container: web\"}");
                EngineClient engine = EngineClient.of(server.address())) {
            assertThatThrownBy(() -> engine.containers().inspect("web"))
                    .isInstanceOfSatisfying(
                            EngineRefused.class, e -> assertThat(e.status()).isEqualTo(404))
                    .hasMessage("No such container: web");
        }
    }

    @Test
    void alreadyRunningIsNoError() throws IOException {
        try (ScriptedServer server = answering("304 Not Modified", "");
                EngineClient engine = EngineClient.of(server.address())) {
            assertThat(engine.containers().start("web")).isFalse();
        }
    }

    @Test
    void filtersAndNamesAreEncoded() throws Exception {
        try (ScriptedServer server = answering("200 OK", "[]");
                EngineClient engine = EngineClient.of(server.address())) {
            engine.containers().list(true, Map.of("name", Set.of("a/b")));
            assertThat(seen.take())
                    .startsWith(
                            "GET /v1.50/containers/json?all=1&filters=%7B%22name%22%3A%5B%22a%2Fb%22%5D%7D HTTP/1.1");
        }
    }

    @Test
    void imageNamesKeepTheirSlashes() throws Exception {
        try (ScriptedServer server = answering("200 OK", "[]");
                EngineClient engine = EngineClient.of(server.address())) {
            engine.images().history("localhost:5000/a/b:1");
            assertThat(seen.take()).startsWith("GET /v1.50/images/localhost:5000/a/b:1/history HTTP/1.1");
        }
    }

    @Test
    void errorInTheMiddleOfProgressIsARefusal() throws IOException {
        try (ScriptedServer server = answering(
                        "200 OK",
                        "{\"status\":\"reading\"}\r\n{\"errorDetail\":{\"message\":\"torn tar\"},\"error\":\"torn tar\"}");
                EngineClient engine = EngineClient.of(server.address())) {
            List<String> lines = new java.util.ArrayList<>();
            assertThatThrownBy(() ->
                            engine.images().load(out -> out.write(new byte[10]), line -> lines.add(line.status())))
                    .isInstanceOf(EngineRefused.class)
                    .hasMessage("torn tar");
            assertThat(lines).containsExactly("reading");
        }
    }

    private ScriptedServer answering(String status, String body) throws IOException {
        return new ScriptedServer(directory, (in, out) -> {
            String header = header(in);
            seen.add(header);
            java.util.regex.Matcher length =
                    java.util.regex.Pattern.compile("Content-Length: (\\d+)").matcher(header);
            if (length.find()) {
                seen.add(new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8));
            } else if (header.contains("chunked")) {
                StringBuilder upload = new StringBuilder();
                while (!upload.toString().endsWith("0\r\n\r\n")) {
                    upload.append((char) in.read());
                }
            }
            String text = status.startsWith("304")
                    ? ""
                    : "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n";
            say(out, "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + text + "\r\n" + body);
        });
    }
}
