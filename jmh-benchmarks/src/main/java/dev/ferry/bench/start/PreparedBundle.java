package dev.ferry.bench.start;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The host's busybox, ready to be started by any subject: what a benchmark without a command line needs. */
public final class PreparedBundle implements AutoCloseable {
    private final BenchPlace place;
    private final Bundle bundle;

    private PreparedBundle(BenchPlace place, Bundle bundle) {
        this.place = place;
        this.bundle = bundle;
    }

    /** Prepares it in a place of the benchmark's own. */
    public static PreparedBundle ofBusybox(BenchPlace place) throws Exception {
        ImageSource image = ImageSource.busybox(place.path().resolve("busybox.tar"));
        return new PreparedBundle(place, Bundle.prepare(place.path(), image, List.of("/bin/true")));
    }

    /** The subject of a name, or none if this machine lacks it. */
    public Optional<Subject> subject(String name) throws Exception {
        return place.subject(name, bundle, Optional.empty());
    }

    @Override
    public void close() throws IOException {
        bundle.close();
    }
}
