package dev.ferry.store.files;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenNodes;
import dev.ferry.runtime.linux.RootedPaths;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.TarSink;
import dev.ferry.store.archive.TarSource;
import dev.ferry.store.snapshot.Node;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A directory that is the whole world for the paths in it, whoever changes it meanwhile.
 *
 * <p>Paths are a container's: absolute or not, links in them are followed as the container would. The descriptor is the caller's.
 */
public final class ContainedTree {
    private static final int LINKS = 255; // as docker counts them

    private final Fd root;

    /**
     * Of a directory.
     *
     * @param root borrowed as long as the tree is used
     */
    public ContainedTree(Fd root) {
        this.root = root;
    }

    /**
     * What is at a path.
     *
     * @throws NoSuchPath if nothing is there
     */
    public PathFacts facts(String path) throws IOException {
        try (Fd node = find(path)) {
            Node facts = Node.of(node);
            return new PathFacts(lastPart(path), facts, facts.isSymbolicLink() ? follow(path) : "");
        }
    }

    /**
     * Writes what is at a path, with all that is below it, as a tar whose names begin with the path's last part. The tar is complete when
     * this returns; after a failure it has no end.
     *
     * @throws NoSuchPath if nothing is there; nothing has been written then
     */
    public void pack(String path, OutputStream out) throws IOException {
        try (Fd node = find(path)) {
            String name = lastPart(path);
            TarSink sink = TarSink.to(out);
            new Packing(sink).packTop(node, name.equals("/") ? "" : name);
            sink.close();
        }
    }

    /** Writes everything as a tar, names without a leading slash, in order. */
    public void packAll(OutputStream out) throws IOException {
        TarSink sink = TarSink.to(out);
        new Packing(sink).packBelow(root, "");
        sink.close();
    }

    /**
     * Takes a tar apart below a directory, perhaps compressed.
     *
     * @throws NoSuchPath if there is no such directory
     * @throws PathRefused if it is none, or an entry cannot be where the tar wants it
     */
    public void unpack(String directory, java.io.InputStream tar, UnpackOptions options) throws IOException {
        String path = path(directory);
        try (Fd there = find(path + "/")) {
            if (!Node.of(there).isDirectory()) {
                throw new PathRefused("extraction point is not a directory");
            }
        } catch (SyscallException e) {
            if (e.is(Errno.ENOTDIR)) {
                throw new PathRefused("extraction point is not a directory", e);
            }
            throw e;
        }
        // not closed: the stream is the caller's, and closing the source would wait for the rest of it
        TarSource source = TarSource.openCompressed(tar, ArchiveLimits.DEFAULT);
        try (LiveUnpacking unpacking = new LiveUnpacking(root, path, options)) {
            unpacking.unpack(source);
        }
    }

    private Fd find(String path) throws IOException {
        try {
            return RootedPaths.open(root, path(path), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW);
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                throw new NoSuchPath(path, e);
            }
            throw e;
        }
    }

    /** Where a link ends: as far as there is something, and from there on as it is written. */
    private String follow(String path) throws IOException {
        Deque<String> ahead = new ArrayDeque<>(parts(path));
        List<String> behind = new ArrayList<>();
        int links = 0;
        while (!ahead.isEmpty()) {
            String part = ahead.removeFirst();
            if (part.equals("..")) {
                if (!behind.isEmpty()) {
                    behind.removeLast();
                }
                continue;
            }
            Optional<String> target = linkAt(behind, part);
            if (target.isEmpty()) {
                behind.add(part);
            } else {
                if (++links > LINKS) {
                    throw new PathRefused("\"" + path + "\" goes through too many symbolic links");
                }
                if (target.get().startsWith("/")) {
                    behind.clear();
                }
                parts(target.get()).reversed().forEach(ahead::addFirst);
            }
        }
        return "/" + String.join("/", behind);
    }

    private Optional<String> linkAt(List<String> above, String name) throws IOException {
        try (Fd directory =
                RootedPaths.open(root, "/" + String.join("/", above), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            Path place = OpenNodes.path(directory).resolve(name);
            return Node.of(place).filter(Node::isSymbolicLink).isPresent()
                    ? Optional.of(Files.readSymbolicLink(place).toString())
                    : Optional.empty();
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Absolute, and with the slash or dot at its end that says "what is in it". */
    private static String path(String path) {
        return path.startsWith("/") ? path : "/" + path;
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }

    /** As Go's path.Base: slashes at the end do not count. */
    static String lastPart(String path) {
        String[] parts = Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty())
                .toArray(String[]::new);
        return parts.length == 0 ? "/" : parts[parts.length - 1];
    }
}
