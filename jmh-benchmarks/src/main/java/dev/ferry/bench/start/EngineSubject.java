package dev.ferry.bench.start;

import dev.ferry.engine.app.Engine;
import java.io.IOException;
import java.nio.file.Path;

/** A whole engine of the benchmark's own, warm, asked over its socket as the command line asks it. */
final class EngineSubject implements Subject {
    /** Ferry's engine over its socket. */
    static final String NAME = "socket";

    private final BenchEngine engine;
    private final SocketSubject socket;

    EngineSubject(Bundle bundle, Path directory, Path tools) throws Exception {
        this.engine = BenchEngine.start(directory, tools, bundle.image());
        this.socket = new SocketSubject(NAME, engine.address(), engine.image(), bundle.arguments());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Ferry's engine " + Engine.VERSION + " over its socket: POST create, POST start";
    }

    @Override
    public Timing start() throws Exception {
        return socket.start();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        engine.close();
    }
}
