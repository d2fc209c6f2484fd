package dev.ferry.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiServerTest {

    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    Path home;

    /** Tells when somebody waits for it. */
    private static final class Readiness extends CountDownLatch {
        final CountDownLatch awaited = new CountDownLatch(1);

        Readiness() {
            super(1);
        }

        @Override
        public void await() throws InterruptedException {
            awaited.countDown();
            super.await();
        }
    }

    @Test
    void requestThatComesBeforeTheEngineIsReadyWaitsForIt() throws Exception {
        Path socket = home.resolve("s");
        Readiness ready = new Readiness();
        AtomicBoolean adopted = new AtomicBoolean();
        RouteGroup route = routes -> routes.get("/adopted", request -> request.result("adopted " + adopted.get()));
        try (ApiServer server =
                ApiServer.start("test", List.of(new ListenAddress.UnixSocket(socket)), List.of(route), ready)) {
            assertThat(server.addresses()).hasSize(1);
            FutureTask<String> answer = new FutureTask<>(() -> get(socket, "/adopted"));
            Thread.ofPlatform().daemon().start(answer);
            assertThat(ready.awaited.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            adopted.set(true);
            ready.countDown();
            assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).endsWith("adopted true");
        }
    }

    private static String get(Path socket, String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(("GET " + path + " HTTP/1.1\r\nHost: ferry\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
