package dev.ferry.store.snapshot;

import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.ArchiveRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A directory that is the whole world for the names in it: symbolic links on the way to a file are followed as if the directory
 * were {@code /}, so no name leaves it. The walk looks at every part before it uses it, which is safe because nobody else writes
 * into the directory meanwhile: it is a fresh one, open to root only.
 */
final class RootedTree {
    private static final int LINKS = 40; // ELOOP's limit, path_resolution(7)

    private final Path root;
    private final MissingDirectory missing;
    private ArchivePath lastParent = new ArchivePath(List.of());
    private Path lastDirectory;

    /** Makes a directory that an archive uses without having made it. */
    @FunctionalInterface
    interface MissingDirectory {
        /**
         * Makes it.
         *
         * @param path where it stands below the root, no links on the way
         */
        void make(Path directory, ArchivePath path) throws IOException;
    }

    RootedTree(Path root, MissingDirectory missing) {
        this.root = root;
        this.missing = missing;
        this.lastDirectory = root;
    }

    Path root() {
        return root;
    }

    /** Where a name stands: its directory really, the last part not followed. Missing directories are made. */
    Path place(ArchivePath path) throws IOException {
        if (path.isTop()) {
            return root;
        }
        ArchivePath parent = path.parent();
        if (!parent.equals(lastParent)) {
            lastDirectory = directory(parent);
            lastParent = parent;
        }
        return lastDirectory.resolve(path.name());
    }

    /** To be called when something other than a file's bytes was replaced: what was learnt about directories is forgotten. */
    void forget() {
        lastParent = new ArchivePath(List.of());
        lastDirectory = root;
    }

    private Path directory(ArchivePath path) throws IOException {
        Deque<String> ahead = new ArrayDeque<>(path.parts());
        List<String> behind = new ArrayList<>();
        int links = 0;
        while (!ahead.isEmpty()) {
            String part = ahead.removeFirst();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            } else if (part.equals("..")) { // only from a link; above the root is the root, as in any root directory
                if (!behind.isEmpty()) {
                    behind.removeLast();
                }
                continue;
            }
            behind.add(part);
            Path here = resolve(behind);
            Node node = Node.of(here).orElse(null);
            if (node == null) {
                missing.make(here, new ArchivePath(behind));
            } else if (node.isSymbolicLink()) {
                if (++links > LINKS) {
                    throw new ArchiveRefused("name \"" + path + "\" goes through too many symbolic links");
                }
                behind.removeLast();
                String target = Files.readSymbolicLink(here).toString();
                if (target.startsWith("/")) {
                    behind.clear();
                }
                List<String> parts = List.of(target.split("/", -1));
                parts.reversed().forEach(ahead::addFirst);
            } else if (!node.isDirectory()) {
                throw new ArchiveRefused("name \"" + path + "\" goes through \"" + new ArchivePath(behind)
                        + "\", which is not a directory");
            }
        }
        return resolve(behind);
    }

    private Path resolve(List<String> parts) {
        Path path = root;
        for (String part : parts) {
            path = path.resolve(part);
        }
        return path;
    }
}
