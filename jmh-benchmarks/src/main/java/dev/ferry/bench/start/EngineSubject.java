package dev.ferry.bench.start;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.ImageCalls;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.api.wire.Request;
import dev.ferry.engine.app.Engine;
import dev.ferry.engine.app.EngineOptions;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A whole engine of the benchmark's own, warm, asked over its socket as the command line asks it. */
final class EngineSubject implements Subject {
    /** Ferry's engine over its socket. */
    static final String NAME = "socket";

    private static final String REPOSITORY = "bench";
    private static final String TAG = "latest";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Engine engine;
    private final SocketSubject socket;

    EngineSubject(Bundle bundle, Path directory, Path tools) throws Exception {
        EngineOptions options = EngineOptions.in(
                        directory.resolve("root"), directory.resolve("run"), BenchPlace.cgroupName() + "-engine")
                .withTools(tools);
        this.engine = Engine.start(options);
        String address = engine.addresses().getFirst();
        String name = load(address, bundle.image());
        this.socket = new SocketSubject(NAME, address, name, bundle.arguments());
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
        CgroupHierarchies.ofHost()
                .open(new CgroupPath(engine.options().cgroupParent()))
                .delete(PATIENCE);
    }

    private static String load(String address, ImageSource image) throws IOException {
        try (EngineClient client = EngineClient.of(EngineAddress.parse(address))) {
            Request.Source source = out -> {
                try (InputStream in = image.open()) {
                    in.transferTo(out);
                }
            };
            if (!image.isArchive()) {
                client.images()
                        .importRootfs(
                                new ImageCalls.ImportOptions(REPOSITORY, TAG, "", List.of()), source, progress -> {});
                return REPOSITORY + ":" + TAG;
            }
            client.images().load(source, progress -> {});
            return client.images().list(false).getFirst().id();
        }
    }
}
