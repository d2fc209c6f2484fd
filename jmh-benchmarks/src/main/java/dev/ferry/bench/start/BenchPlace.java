package dev.ferry.bench.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory of the benchmark's own for images, bundles and containers, gone with the benchmark. Below Ferry's usual root, because
 * an overlay's writable layer cannot lie on every file system ({@code /tmp} is often one that is no disk).
 */
public final class BenchPlace implements AutoCloseable {
    private static final Path USUAL = Path.of("/var/lib/ferry");

    private final Path path;
    private final Path tools;

    private BenchPlace(Path path, Path tools) {
        this.path = path;
        this.tools = tools;
    }

    /** Makes one, below {@code parent} if given. */
    public static BenchPlace make(Optional<Path> parent) throws IOException {
        Path below = parent.orElse(USUAL);
        Files.createDirectories(below);
        String named = System.getenv("FERRY_TOOLS");
        Path tools = named == null || named.isEmpty() ? USUAL.resolve("tools") : Path.of(named);
        return new BenchPlace(Files.createTempDirectory(below, "bench-"), tools);
    }

    public Path path() {
        return path;
    }

    /** The subject of a name, or none if this machine lacks it. */
    Optional<Subject> subject(String name, Bundle bundle, Optional<String> image) throws Exception {
        int equals = name.indexOf('=');
        if (equals > 0 && name.startsWith("unix://", equals + 1)) {
            String label = name.substring(0, equals);
            String known = image.orElseThrow(() ->
                    new IllegalArgumentException("\"" + label + "\" needs --name: what the image is called there"));
            return Optional.of(new SocketSubject(label, name.substring(equals + 1), known, bundle.arguments()));
        }
        return switch (name) {
            case FloorSubject.NAME ->
                Optional.of(new FloorSubject(bundle.path().resolve("rootfs"), bundle.arguments()));
            case FerrySubject.NAME -> Optional.of(new FerrySubject(bundle, path.resolve("ferry"), tools, false));
            case EngineSubject.NAME -> Optional.of(new EngineSubject(bundle, path.resolve("engine"), tools));
            default -> PeerSubject.find(name, tools, path, bundle.path()).map(found -> found);
        };
    }

    /** Ferry's runtime, taking the time of every stage. */
    Subject profiled(Bundle bundle) throws Exception {
        return new FerrySubject(bundle, path.resolve("profiled"), tools, true);
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
