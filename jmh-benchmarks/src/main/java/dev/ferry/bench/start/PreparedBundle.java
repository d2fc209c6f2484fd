package dev.ferry.bench.start;

import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Path;
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
        return ofBusybox(place, List.of("/bin/true"));
    }

    /** The same with another program. */
    public static PreparedBundle ofBusybox(BenchPlace place, List<String> program) throws Exception {
        ImageSource image = ImageSource.busybox(place.path().resolve("busybox.tar"));
        return new PreparedBundle(place, Bundle.prepare(place.path(), image, program));
    }

    /** A writable root for one container. */
    public RootFilesystem.Overlay prepareRoot(String key) throws Exception {
        return bundle.prepareRoot(key);
    }

    /** The configuration for a container in a network namespace and a control group that exist. */
    public Spec spec(Path network, String cgroup) {
        return bundle.spec(network, cgroup);
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
