package dev.ferry.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The directories of a demonstration, and proof that nothing of it stays behind. */
final class DemoPlace implements AutoCloseable {
    private static final Pattern BLANK = Pattern.compile(" ");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final int CGROUP_DEPTH = 8;

    private final Optional<Path> made;
    private final Path root;
    private final Path run;
    private final Path engineLog;

    private DemoPlace(Optional<Path> made, Path root, Path run, Path engineLog) {
        this.made = made;
        this.root = root;
        this.run = run;
        this.engineLog = engineLog;
    }

    /** New directories of its own. */
    static DemoPlace temporary() throws IOException {
        Path top = Files.createTempDirectory("ferry-demo-").toRealPath();
        return new DemoPlace(
                Optional.of(top),
                Files.createDirectory(top.resolve("root")),
                Files.createDirectory(top.resolve("run")),
                top.resolve("engine.log"));
    }

    /** Directories given by the user; they stay. */
    static DemoPlace given(Path root, Path run) throws IOException {
        Path realRoot = Files.createDirectories(root).toRealPath();
        return new DemoPlace(
                Optional.empty(),
                realRoot,
                Files.createDirectories(run).toRealPath(),
                realRoot.resolve("demo-engine.log"));
    }

    Path root() {
        return root;
    }

    Path run() {
        return run;
    }

    Path engineLog() {
        return engineLog;
    }

    /** Mounts below the directories, deepest first; /proc/self/mountinfo. */
    List<Path> mounts() throws IOException {
        List<Path> mounts = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            Path point = Path.of(BLANK.split(line, 6)[4].replace("\\040", " "));
            if (point.startsWith(root) || point.startsWith(run)) {
                mounts.addFirst(point);
            }
        }
        return mounts;
    }

    /** Control groups with the container's id in their name. */
    static List<Path> cgroups(String id) throws IOException {
        if (!Files.isDirectory(CGROUPS)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        collect(CGROUPS, id, CGROUP_DEPTH, found);
        return found;
    }

    private static void collect(Path directory, String id, int depth, List<Path> found) {
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.filter(p -> Files.isDirectory(p, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                if (child.getFileName().toString().contains(id)) {
                    found.add(child);
                } else if (depth > 0) {
                    collect(child, id, depth - 1, found);
                }
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            // a group that is removed while it is looked at
        }
    }

    /** Unmounts what is left and removes what was made. Does nothing for directories of the user. */
    @Override
    public void close() throws IOException {
        if (made.isEmpty() || !Files.exists(made.get())) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        for (Path mount : mounts()) {
            try {
                new ProcessBuilder("umount", "-l", mount.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        try (Stream<Path> tree = Files.walk(made.get())) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
