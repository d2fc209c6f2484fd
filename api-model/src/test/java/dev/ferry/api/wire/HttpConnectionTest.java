package dev.ferry.api.wire;

import static dev.ferry.api.wire.ScriptedServer.header;
import static dev.ferry.api.wire.ScriptedServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
final class HttpConnectionTest {
    @TempDir
    private Path directory;

    @Test
    void readsABodyOfKnownLengthAndUsesTheConnectionAgain() throws IOException {
        try (ScriptedServer server = new ScriptedServer(directory, (in, out) -> {
                    for (int i = 0; i < 2; i++) {
                        String header = header(in);
                        say(
                                out,
                                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Seen: " + header.split("\r\n", 2)[0]
                                        + "\r\n\r\nhello");
                    }
                });
                HttpConnection connection = HttpConnection.open(server.address())) {
            List<HttpConnection> again = new ArrayList<>();
            for (String target : List.of("/one", "/two?a=b%20c")) {
                try (Response response = connection.exchange(Request.of("GET", target), again::add)) {
                    assertThat(response.status()).isEqualTo(200);
                    assertThat(response.headers().first("x-seen")).contains("GET " + target + " HTTP/1.1");
                    assertThat(text(response.body())).isEqualTo("hello");
                }
            }
            assertThat(again).containsExactly(connection, connection);
        }
    }

    @Test
    void readsChunksAsTheyComeAndStopsBehindTheLast() throws Exception {
        CountDownLatch firstSeen = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(directory, (in, out) -> {
                    header(in);
                    say(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n");
                    await(firstSeen);
                    say(out, "A\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\nHTTP/1.1 ");
                });
                HttpConnection connection = HttpConnection.open(server.address());
                Response response = connection.exchange(Request.of("GET", "/"))) {
            assertThat(new String(response.body().readNBytes(3), StandardCharsets.UTF_8))
                    .isEqualTo("abc");
            firstSeen.countDown();
            assertThat(text(response.body())).isEqualTo("0123456789");
        }
    }

    @Test
    void sendsABodyOfUnknownLengthInChunks() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        String large = "x".repeat(200_000);
        try (ScriptedServer server = new ScriptedServer(directory, (in, out) -> {
                    seen.add(header(in));
                    seen.add(text(new ChunkedInput(in)));
                    say(out, "HTTP/1.1 204 No Content\r\n\r\n");
                });
                HttpConnection connection = HttpConnection.open(server.address())) {
            Request request = Request.of("POST", "/load").withStream("application/x-tar", new Request.Streamed(out -> {
                out.write("small".getBytes(StandardCharsets.UTF_8));
                out.write(large.getBytes(StandardCharsets.UTF_8));
                out.write('!');
            }));
            try (Response response = connection.exchange(request)) {
                assertThat(response.status()).isEqualTo(204);
                assertThat(response.body().read()).isEqualTo(-1);
            }
            assertThat(seen.take()).contains("Transfer-Encoding: chunked").contains("Content-Type: application/x-tar");
            assertThat(seen.take()).isEqualTo("small" + large + "!");
        }
    }

    @Test
    void refusalDuringAnUploadIsReadInsteadOfTheBrokenPipe() throws IOException {
        try (ScriptedServer server = new ScriptedServer(directory, (in, out) -> {
                    header(in);
                    say(out, "HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno");
                });
                HttpConnection connection = HttpConnection.open(server.address())) {
            Request request = Request.of("POST", "/load").withStream("application/x-tar", new Request.Streamed(out -> {
                byte[] block = new byte[64 * 1024];
                for (int i = 0; i < 1000; i++) {
                    out.write(block);
                }
            }));
            try (Response response = connection.exchange(request)) {
                assertThat(response.status()).isEqualTo(400);
                assertThat(text(response.body())).isEqualTo("no");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"101 UPGRADED", "200 OK"})
    void hijackedConnectionHasAHalfCloseAndKeepsBytesBehindTheHeader(String status) throws Exception {
        try (ScriptedServer server = new ScriptedServer(directory, (in, out) -> {
                    String header = header(in);
                    say(out, "HTTP/1.1 " + status + "\r\nContent-Type: " + Hijacked.RAW + "\r\n\r\nearly:");
                    say(out, text(in) + header.contains("Upgrade: tcp"));
                });
                Hijacked raw = HttpConnection.open(server.address()).hijack(Request.of("POST", "/attach"))) {
            assertThat(raw.headers().first("content-type")).contains(Hijacked.RAW);
            raw.out().write("input:".getBytes(StandardCharsets.UTF_8));
            raw.closeOutput();
            assertThat(text(raw.in())).isEqualTo("early:input:true");
        }
    }

    @Test
    void refusedHijackCarriesTheAnswer() throws IOException {
        try (ScriptedServer server = new ScriptedServer(directory, (in, out) -> {
            header(in);
            say(out, "HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\nbusy");
        })) {
            HttpConnection connection = HttpConnection.open(server.address());
            assertThatThrownBy(() -> connection.hijack(Request.of("POST", "/attach")))
                    .isInstanceOfSatisfying(RefusedHijack.class, e -> {
                        assertThat(e.status()).isEqualTo(409);
                        assertThat(e.body()).isEqualTo("busy");
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SSH-2.0-x\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"
            })
    void whatIsNotHttpIsAViolation(String answer) throws IOException {
        try (ScriptedServer server = new ScriptedServer(directory, (in, out) -> {
                    header(in);
                    say(out, answer);
                });
                HttpConnection connection = HttpConnection.open(server.address())) {
            assertThatThrownBy(() -> {
                        try (Response response = connection.exchange(Request.of("GET", "/"))) {
                            text(response.body());
                        }
                    })
                    .isInstanceOf(ProtocolViolation.class);
        }
    }

    @Test
    void headersCanNotBeSmuggledIn() {
        assertThatThrownBy(() -> Headers.of("X", "a\r\nY: b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Request.of("GET", "/a HTTP/1.1\r\nX: y")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
