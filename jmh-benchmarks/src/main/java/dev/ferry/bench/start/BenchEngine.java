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

/** A whole engine of the benchmark's own, with one image. Closing it takes its control groups away; its containers are its owner's. */
public final class BenchEngine implements AutoCloseable {
    private static final String REPOSITORY = "bench";
    private static final String TAG = "latest";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Engine engine;
    private final String image;

    private BenchEngine(Engine engine, String image) {
        this.engine = engine;
        this.image = image;
    }

    /** Starts one below a directory, with the host's busybox as its image. */
    public static BenchEngine ofBusybox(BenchPlace place) throws Exception {
        return start(
                place.path().resolve("engine"),
                place.tools(),
                ImageSource.busybox(place.path().resolve("busybox.tar")));
    }

    static BenchEngine start(Path directory, Path tools, ImageSource image) throws Exception {
        EngineOptions options = EngineOptions.in(
                        directory.resolve("root"), directory.resolve("run"), BenchPlace.cgroupName() + "-engine")
                .withTools(tools);
        Engine engine = Engine.start(options);
        return new BenchEngine(engine, load(engine.addresses().getFirst(), image));
    }

    /** Where it listens. */
    public String address() {
        return engine.addresses().getFirst();
    }

    /** A new client of it, to be closed by the caller. */
    public EngineClient client() {
        return EngineClient.of(EngineAddress.parse(address()));
    }

    /** What its image is called. */
    public String image() {
        return image;
    }

    @Override
    public void close() throws IOException {
        engine.close();
        CgroupHierarchies.ofHost()
                .open(new CgroupPath(engine.options().cgroupParent()))
                .delete(PATIENCE);
    }

    /**
     * Writes a root file system of the host's busybox as a tar, and gives it to an engine.
     *
     * @return what the image is called there
     */
    public static String importBusybox(EngineClient client, Path tar) throws IOException {
        return load(client, ImageSource.busybox(tar));
    }

    private static String load(String address, ImageSource image) throws IOException {
        try (EngineClient client = EngineClient.of(EngineAddress.parse(address))) {
            return load(client, image);
        }
    }

    private static String load(EngineClient client, ImageSource image) throws IOException {
        Request.Source source = out -> {
            try (InputStream in = image.open()) {
                in.transferTo(out);
            }
        };
        if (!image.isArchive()) {
            client.images()
                    .importRootfs(new ImageCalls.ImportOptions(REPOSITORY, TAG, "", List.of()), source, progress -> {});
            return REPOSITORY + ":" + TAG;
        }
        client.images().load(source, progress -> {});
        return client.images().list(false).getFirst().id();
    }
}
