package dev.ferry.engine.app;

import dev.ferry.api.wire.EngineAddress;
import dev.ferry.api.wire.HttpConnection;
import dev.ferry.api.wire.Request;
import dev.ferry.api.wire.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An engine's socket, asked without the docker command line. */
record ApiWire(Path socket) {

    static ApiWire of(EngineHouse house) {
        return new ApiWire(house.home.resolve("run/ferry.sock"));
    }

    /** What was answered. */
    record Answer(int status, String type, String body) {}

    Answer ask(String method, String path) throws IOException {
        return ask(Request.of(method, path));
    }

    Answer ask(Request request) throws IOException {
        try (HttpConnection connection = HttpConnection.open(new EngineAddress.Unix(socket));
                Response response = connection.exchange(request)) {
            return new Answer(
                    response.status(),
                    response.headers().first("Content-Type").orElse(""),
                    new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    String get(String path) throws IOException {
        return ask("GET", path).body();
    }

    /** An answer that goes on, line by line. */
    Lines open(String path) throws IOException {
        return new Lines(HttpConnection.open(new EngineAddress.Unix(socket)), path);
    }

    /** Closing it leaves in the middle of the answer. */
    static final class Lines implements AutoCloseable {
        private final HttpConnection connection;
        private final BufferedReader reader;

        Lines(HttpConnection connection, String path) throws IOException {
            this.connection = connection;
            this.reader = new BufferedReader(new InputStreamReader(
                    connection.exchange(Request.of("GET", path)).body(), StandardCharsets.UTF_8));
        }

        @Nullable
        String next() throws IOException {
            return reader.readLine();
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    /** How many connections the engine has open; proc_net(5): state 3 is a connected socket, and only one end has the name. */
    long connections() throws IOException {
        return Files.readAllLines(Path.of("/proc/net/unix")).stream()
                .filter(line -> line.endsWith(" " + socket) && line.split(" +", -1)[5].equals("03"))
                .count();
    }
}
