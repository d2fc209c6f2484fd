package dev.ferry.store.files;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.OpenNodes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSink;
import dev.ferry.store.snapshot.LowerLayers;
import dev.ferry.store.snapshot.Node;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The upper directory of an overlay, read while a container may be writing to it: as a list of changes, and as the tar of an image's layer.
 *
 * <p>Both leave out what the engine has put there: some files always, and others if they are new and empty, because a container cannot be
 * started without them.
 */
public final class WrittenFiles {
    private static final String OPAQUE = "trusted.overlay.opaque";

    private final Fd upper;
    private final LowerLayers lower;
    private final Set<String> never;
    private final Set<String> scaffold;

    /**
     * Over a stack of layers.
     *
     * @param upper borrowed as long as this is used
     * @param lower the topmost first
     * @param never paths without a leading slash that are not the container's
     * @param scaffold paths that are not the container's as long as they are new and there is nothing in them
     */
    public WrittenFiles(Fd upper, List<Path> lower, Set<String> never, Set<String> scaffold) {
        this.upper = upper;
        this.lower = new LowerLayers(lower);
        this.never = Set.copyOf(never);
        this.scaffold = Set.copyOf(scaffold);
    }

    /** What was changed, directories before what is in them. */
    public List<FileChange> changes() throws IOException {
        List<FileChange> changes = new ArrayList<>();
        walk(upper, new ArchivePath(List.of()), false, new Level(null, null), (change, level) -> changes.add(change));
        return changes;
    }

    /**
     * Writes the layer: what was added and changed, {@code .wh.name} for what was deleted (OCI image specification, layer.md). The same
     * files make the same bytes.
     *
     * @return whether anything was changed
     */
    public boolean writeLayer(OutputStream out) throws IOException {
        TarSink sink = TarSink.to(out);
        Map<Node.Identity, String> linked = new HashMap<>();
        boolean[] any = {false};
        walk(upper, new ArchivePath(List.of()), false, new Level(null, null), (change, level) -> {
            any[0] = true;
            level.writeAbove(sink);
            if (change.kind() == FileChange.Kind.DELETED) {
                ArchivePath path = ArchivePath.of(change.path(), ArchiveLimits.DEFAULT);
                String name = path.parent().isTop() ? "" : path.parent() + "/";
                sink.add(whiteout(), name + ".wh." + path.name(), TarSink.Content.NONE);
            } else {
                level.write(sink, linked);
            }
        });
        sink.close();
        return any[0];
    }

    /** Is told of each change, with the file's descriptor in the level. */
    @FunctionalInterface
    private interface Visitor {
        void visit(FileChange change, Level level) throws IOException;
    }

    /** One file on the way down; for deletions the directory that it was in. */
    private static final class Level {
        private final @Nullable Level above;
        private final @Nullable Open open;
        private boolean written;

        Level(@Nullable Level above, @Nullable Open open) {
            this.above = above;
            this.open = open;
        }

        void writeAbove(TarSink sink) throws IOException {
            if (above != null) {
                above.writeAbove(sink);
                above.write(sink, Map.of());
            }
        }

        void write(TarSink sink, Map<Node.Identity, String> linked) throws IOException {
            if (open == null || written) {
                return;
            }
            written = true;
            open.write(sink, linked);
        }
    }

    /** An open file of the upper directory. */
    private record Open(Fd fd, Node node, ArchivePath path, Map<String, byte[]> attributes, boolean opaque) {
        void write(TarSink sink, Map<Node.Identity, String> linked) throws IOException {
            Optional<TarItem.Kind> kind = node.kind();
            if (kind.isEmpty()) {
                return;
            }
            if (!node.isDirectory() && node.links() > 1) {
                String first = linked.putIfAbsent(node.identity(), path.toString());
                if (first != null) {
                    sink.add(
                            node.item(TarItem.Kind.HARD_LINK, Packing.UNNAMED, first, Map.of()),
                            path.toString(),
                            TarSink.Content.NONE);
                    return;
                }
            }
            String target = node.isSymbolicLink() ? OpenNodes.linkTarget(fd) : "";
            sink.add(
                    node.item(kind.get(), Packing.UNNAMED, target, attributes),
                    node.isDirectory() ? path + "/" : path.toString(),
                    () -> Files.newInputStream(OpenNodes.path(fd)));
            if (opaque) {
                sink.add(whiteout(), path + "/.wh..wh..opq", TarSink.Content.NONE);
            }
        }
    }

    private void walk(Fd directory, ArchivePath path, boolean hidden, Level level, Visitor visitor) throws IOException {
        for (String name : Packing.names(directory)) {
            ArchivePath child = path.child(name);
            if (never.contains(child.toString())) {
                continue;
            }
            try (Fd fd = OpenFiles.openAt(directory, name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0)) {
                Node node = Node.of(fd);
                Optional<Path> covered = hidden ? Optional.empty() : lower.find(child);
                if (node.isWhiteout()) {
                    if (covered.isPresent()) {
                        visitor.visit(new FileChange(FileChange.Kind.DELETED, "/" + child), new Level(level, null));
                    }
                    continue;
                }
                visit(fd, node, child, covered, new Position(hidden, level), visitor);
            } catch (SyscallException e) {
                if (!e.is(Errno.ENOENT) || !e.syscall().equals("openat")) {
                    throw e;
                }
            }
        }
    }

    private record Position(boolean hidden, Level level) {}

    private void visit(Fd fd, Node node, ArchivePath path, Optional<Path> covered, Position position, Visitor visitor)
            throws IOException {
        Map<String, byte[]> attributes = new TreeMap<>(OpenNodes.attributes(fd));
        byte[] mark = attributes.get(OPAQUE);
        attributes.keySet().removeIf(name -> name.startsWith("trusted.overlay.") || name.startsWith("user.overlay."));
        Node before = covered.isPresent() ? Node.of(covered.get()).orElse(null) : null;
        boolean replaces = before != null && before.isDirectory() != node.isDirectory();
        boolean opaque = node.isDirectory() && before != null && mark != null && mark.length == 1 && mark[0] == 'y';
        Level level = new Level(position.level(), new Open(fd, node, path, attributes, opaque && !replaces));
        FileChange change =
                new FileChange(before == null ? FileChange.Kind.ADDED : FileChange.Kind.MODIFIED, "/" + path);
        if (!node.isDirectory()) {
            if (before != null || !scaffold.contains(path.toString()) || node.size() > 0) {
                visitor.visit(change, level);
            }
            return;
        }
        // a directory stands before what is in it, and whether it has changed may be known only after that
        boolean told =
                before == null ? !scaffold.contains(path.toString()) : opaque || replaces || differs(node, before);
        if (told) {
            visitor.visit(change, level);
        }
        walk(
                fd,
                path,
                position.hidden() || opaque || before == null || replaces,
                level,
                told ? visitor : new Early(change, level, visitor));
        if (opaque && !replaces) {
            List<String> here = Packing.names(fd);
            for (String name : lower.visibleIn(path)) {
                if (!here.contains(name)) {
                    visitor.visit(
                            new FileChange(FileChange.Kind.DELETED, "/" + path.child(name)), new Level(level, null));
                }
            }
        }
    }

    /** Tells of a directory before the first name that was added to it or taken from it. */
    private static final class Early implements Visitor {
        private final FileChange directory;
        private final Level level;
        private final Visitor visitor;
        private boolean told;

        Early(FileChange directory, Level level, Visitor visitor) {
            this.directory = directory;
            this.level = level;
            this.visitor = visitor;
        }

        @Override
        public void visit(FileChange change, Level of) throws IOException {
            boolean direct = change.path().lastIndexOf('/') == directory.path().length();
            if (!told && direct && change.kind() != FileChange.Kind.MODIFIED) {
                told = true;
                visitor.visit(directory, level);
            }
            visitor.visit(change, of);
        }
    }

    private static boolean differs(Node node, Node before) {
        return node.mode() != before.mode()
                || node.owner() != before.owner()
                || node.group() != before.group()
                || !node.modified().equals(before.modified());
    }

    private static TarItem whiteout() {
        return new TarItem(
                TarItem.Kind.FILE, new ArchivePath(List.of()), "", 0, 0, 0, Instant.EPOCH, 0, 0, 0, Map.of());
    }
}
