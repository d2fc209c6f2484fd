package dev.ferry.bench.start;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory of the benchmark's own for images, bundles and containers, gone with the benchmark. Below Ferry's usual root, because
 * an overlay's writable layer cannot lie on every file system ({@code /tmp} is often one that is no disk).
 */
public final class BenchPlace implements AutoCloseable {
    private static final Path USUAL = Path.of("/var/lib/ferry");

    private final Path path;
    private final FileChannel owned;
    private final Path tools;

    private BenchPlace(Path path, FileChannel owned, Path tools) {
        this.path = path;
        this.owned = owned;
        this.tools = tools;
    }

    /** Makes one, below {@code parent} if given, and removes what killed benchmarks left there. */
    public static BenchPlace make(Optional<Path> parent) throws IOException {
        Path below = parent.orElse(USUAL);
        String named = System.getenv("FERRY_TOOLS");
        Path tools = named == null || named.isEmpty() ? USUAL.resolve("tools") : Path.of(named);
        try {
            Files.createDirectories(below);
            Leftovers.clear(below);
            Path path = Files.createTempDirectory(below, Leftovers.prefix());
            return new BenchPlace(path, Leftovers.own(path), tools);
        } catch (FileSystemException e) {
            throw new IOException(
                    "cannot make a directory below \"" + below + "\" (" + e + "): run this as root, or name another"
                            + " directory with --work",
                    e);
        }
    }

    /** The control group of this process's benchmarks; others begin with it and go on with a dash. */
    public static String cgroupName() {
        return "/" + Leftovers.cgroup();
    }

    public Path path() {
        return path;
    }

    /** Whether a name leads to another engine's socket. */
    static boolean isEngine(String name) {
        return name.contains("=unix://");
    }

    /** Where Ferry's tools lie. */
    public Path tools() {
        return tools;
    }

    /** The subject of a name, or none if this machine lacks it. */
    Optional<Subject> subject(String name, Bundle bundle, Optional<String> image) throws Exception {
        if (isEngine(name)) {
            int equals = name.indexOf('=');
            return Optional.of(new SocketSubject(
                    name.substring(0, equals), name.substring(equals + 1), image.orElseThrow(), bundle.arguments()));
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
        try (owned) {
            Leftovers.delete(path);
        }
    }
}
