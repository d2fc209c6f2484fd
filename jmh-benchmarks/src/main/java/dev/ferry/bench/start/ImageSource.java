package dev.ferry.bench.start;

import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSink;
import dev.ferry.store.archive.TarSource;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the benchmark's image comes from.
 *
 * @param file a tar, perhaps compressed
 * @param isArchive whether it holds images, as {@code docker save} writes them, and not a root file system
 */
record ImageSource(Path file, boolean isArchive) {
    private static final List<Path> BUSYBOXES =
            List.of(Path.of("/bin/busybox"), Path.of("/usr/bin/busybox"), Path.of("/usr/local/bin/busybox"));

    /** Looks into a tar to see which kind it is. */
    static ImageSource of(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("image \"" + file + "\" does not exist");
        }
        try (TarSource tar =
                TarSource.openCompressed(new BufferedInputStream(Files.newInputStream(file)), ArchiveLimits.DEFAULT)) {
            for (Optional<TarItem> item = tar.next(); item.isPresent(); item = tar.next()) {
                String name = item.get().path().toString();
                if (name.equals("manifest.json") || name.equals("oci-layout") || name.equals("index.json")) {
                    return new ImageSource(file, true);
                }
            }
        }
        return new ImageSource(file, false);
    }

    /** A root file system of nothing but the host's static busybox, written to {@code file}. */
    static ImageSource busybox(Path file) throws IOException {
        Path busybox = BUSYBOXES.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "no busybox on this host: install the package busybox-static, or name an image's tar"
                                + " with --image"));
        try (TarSink tar = TarSink.create(file)) {
            for (String directory : List.of("bin", "dev", "etc", "proc", "root", "sys", "tmp")) {
                tar.add(item(TarItem.Kind.DIRECTORY, directory, "", 0755, 0), Optional.empty());
            }
            tar.add(
                    item(TarItem.Kind.FILE, "bin/busybox", "", 0755, Files.size(busybox)),
                    Optional.of(busybox.toRealPath()));
            for (String applet : List.of("true", "sh", "sleep", "cat", "dd", "echo")) {
                tar.add(item(TarItem.Kind.HARD_LINK, "bin/" + applet, "bin/busybox", 0755, 0), Optional.empty());
            }
        }
        return new ImageSource(file, false);
    }

    InputStream open() throws IOException {
        return Files.newInputStream(file);
    }

    private static TarItem item(TarItem.Kind kind, String path, String target, int mode, long size) {
        return new TarItem(
                kind,
                new ArchivePath(List.of(path.split("/", -1))),
                target,
                mode,
                0,
                0,
                Instant.EPOCH,
                size,
                0,
                0,
                Map.of());
    }
}
