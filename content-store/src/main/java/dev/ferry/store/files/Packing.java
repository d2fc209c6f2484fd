package dev.ferry.store.files;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.OpenNodes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSink;
import dev.ferry.store.snapshot.Node;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes files that somebody may be changing into a tar. Each is opened once, with O_PATH and without following it, and everything that is
 * written of it is asked of that descriptor: what was a file when it was looked at is not a pipe when it is read. A descriptor is open for
 * each directory on the way.
 */
final class Packing {
    static final ArchivePath UNNAMED = new ArchivePath(List.of());

    private final TarSink sink;
    private final Map<Node.Identity, String> linked = new HashMap<>();

    Packing(TarSink sink) {
        this.sink = sink;
    }

    /** Writes one file, and all below it if it is a directory, under a name of its own. */
    void packTop(Fd node, String name) throws IOException {
        Node facts = Node.of(node);
        write(node, facts, name);
        if (facts.isDirectory()) {
            packBelow(node, name + "/");
        }
    }

    /** Writes what is in a directory. */
    void packBelow(Fd directory, String prefix) throws IOException {
        for (String name : names(directory)) {
            try (Fd node = OpenFiles.openAt(directory, name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0)) {
                Node facts = Node.of(node);
                write(node, facts, prefix + name);
                if (facts.isDirectory()) {
                    packBelow(node, prefix + name + "/");
                }
            } catch (SyscallException e) {
                if (!e.is(Errno.ENOENT) || !e.syscall().equals("openat")) {
                    throw e;
                }
                // deleted since the directory was read: then it is not in it
            }
        }
    }

    private void write(Fd node, Node facts, String name) throws IOException {
        Optional<TarItem.Kind> kind = facts.kind();
        if (kind.isEmpty()) {
            return; // a socket: whoever listened on it is not in the tar
        }
        if (!facts.isDirectory() && facts.links() > 1) {
            String first = linked.putIfAbsent(facts.identity(), name);
            if (first != null) {
                sink.add(facts.item(TarItem.Kind.HARD_LINK, UNNAMED, first, Map.of()), name, TarSink.Content.NONE);
                return;
            }
        }
        String target = facts.isSymbolicLink() ? OpenNodes.linkTarget(node) : "";
        sink.add(
                facts.item(kind.get(), UNNAMED, target, OpenNodes.attributes(node)),
                facts.isDirectory() ? name + "/" : name,
                () -> Files.newInputStream(OpenNodes.path(node)));
    }

    static List<String> names(Fd directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(OpenNodes.path(directory))) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (name.indexOf('\ufffd') >= 0) {
                    throw new PathRefused("the name of a file is not UTF-8 text: \"" + name + "\"");
                }
                names.add(name);
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
        names.sort(null);
        return names;
    }
}
