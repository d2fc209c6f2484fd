package dev.ferry.store.snapshot;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.runtime.linux.ExtendedAttributes;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSink;
import dev.ferry.store.archive.TarSource;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The upper directory of an overlay as something to carry away: a tar of what was added or changed, and a list of what was
 * deleted.
 *
 * <p>The list holds absolute paths of the container, as Podman's {@code deleted.files} does. A directory that was deleted and made
 * again is opaque: that is kept as an attribute in the tar for us, and as a list of what it hides for tools that do not read
 * the attribute.
 */
final class WrittenLayer {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path upper;
    private final LowerLayers lower;

    WrittenLayer(Path upper, List<Path> lower) {
        this.upper = upper;
        this.lower = new LowerLayers(lower);
    }

    /** Writes both files new. */
    void writeTo(Path tar, Path deleted) throws IOException {
        List<String> deletions = new ArrayList<>();
        try (TarSink sink = TarSink.create(tar)) {
            write(upper, new ArchivePath(List.of()), sink, deletions, new HashMap<>());
        }
        try (JsonGenerator json =
                JSON.createGenerator(deleted.toFile(), com.fasterxml.jackson.core.JsonEncoding.UTF8)) {
            json.writeStartArray();
            for (String path : deletions) {
                json.writeString(path);
            }
            json.writeEndArray();
        }
    }

    private void write(
            Path file, ArchivePath path, TarSink sink, List<String> deletions, Map<Node.Identity, ArchivePath> linked)
            throws IOException {
        Node node = Node.of(file).orElseThrow(() -> new IOException("\"" + file + "\" vanished while it was written"));
        if (node.isWhiteout()) {
            deletions.add("/" + path);
            return;
        }
        Map<String, byte[]> attributes = new TreeMap<>(ExtendedAttributes.all(file));
        boolean opaque = node.isDirectory() && Overlays.isOpaque(attributes);
        if (attributes.containsKey("trusted.overlay.redirect")) {
            throw new ArchiveRefused(
                    "\"/" + path + "\" was renamed by overlayfs in place (redirect_dir): its content cannot be"
                            + " carried away; mount with redirect_dir=off");
        }
        byte[] mark = attributes.get(Overlays.OPAQUE);
        attributes.keySet().removeIf(Overlays::isInternal);
        if (opaque && mark != null) {
            attributes.put(Overlays.OPAQUE, mark);
        }
        Optional<TarItem.Kind> kind = node.kind();
        if (kind.isEmpty()) {
            return; // a socket: whoever listened on it is not in the layer
        }
        if (!node.isDirectory() && node.links() > 1) {
            ArchivePath first = linked.putIfAbsent(node.identity(), path);
            if (first != null) {
                sink.add(node.item(TarItem.Kind.HARD_LINK, path, first.toString(), Map.of()), Optional.empty());
                return;
            }
        }
        String target = node.isSymbolicLink() ? Files.readSymbolicLink(file).toString() : "";
        sink.add(node.item(kind.get(), path, target, attributes), node.isFile() ? Optional.of(file) : Optional.empty());
        if (node.isDirectory()) {
            if (opaque) {
                lower.visibleIn(path).stream()
                        .filter(name -> !Files.exists(file.resolve(name), java.nio.file.LinkOption.NOFOLLOW_LINKS))
                        .forEach(name -> deletions.add("/" + path.child(name)));
            }
            for (String name : names(file)) {
                write(file.resolve(name), path.child(name), sink, deletions, linked);
            }
        }
    }

    /** Fills an empty directory, to become an upper directory, from the two files of a stranger. */
    void fillFrom(Path tar, Path deleted, ArchiveLimits limits) throws IOException {
        RootedTree tree = new RootedTree(upper, this::copyLowerDirectory);
        try (TarSource source = TarSource.open(new BufferedInputStream(Files.newInputStream(tar), 1 << 16), limits)) {
            new Unpacking(tree, Unpacking.Deletions.ELSEWHERE).unpack(source);
        }
        try (InputStream in = Files.newInputStream(deleted);
                JsonParser json = JSON.createParser(in)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new ArchiveRefused("the list of deleted files is not a JSON array");
            }
            long count = 0;
            while (json.nextToken() == JsonToken.VALUE_STRING) {
                if (++count > limits.entries()) {
                    throw new ArchiveRefused(
                            "the list of deleted files has more than " + limits.entries() + " entries");
                }
                delete(ArchivePath.of(json.getText(), limits));
            }
            if (json.currentToken() != JsonToken.END_ARRAY) {
                throw new ArchiveRefused("the list of deleted files is damaged or cut short");
            }
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new ArchiveRefused("the list of deleted files is damaged or cut short", e);
        }
    }

    private void delete(ArchivePath path) throws IOException {
        if (path.isTop()) {
            throw new ArchiveRefused("the list of deleted files has \"/\" itself");
        }
        Path here = upper;
        for (int i = 0; i < path.parts().size() - 1; i++) {
            ArchivePath parent = new ArchivePath(path.parts().subList(0, i + 1));
            Path next = here.resolve(parent.name());
            Optional<Node> node = Node.of(next);
            if (node.isEmpty()) {
                if (!lower.isVisibleDirectory(parent)) {
                    return; // nothing there to delete
                }
                copyLowerDirectory(next, parent);
            } else if (!node.get().isDirectory()) {
                return; // replaced by something that hides what is below it
            }
            here = next;
        }
        Path file = here.resolve(path.name());
        Node directory = Node.of(here).orElseThrow();
        DirectoryTree.delete(file);
        if (!hiddenByUpper(path) && lower.isVisible(path)) {
            Overlays.whiteOut(file);
        }
        FileNodes.changeTimes(
                here, directory.modified(), directory.modified()); // as it was in the container, not as of now
    }

    private boolean hiddenByUpper(ArchivePath path) throws IOException {
        Path here = upper;
        for (String part : path.parent().parts()) {
            here = here.resolve(part);
            if (Overlays.isOpaque(here)) {
                return true;
            }
        }
        return false;
    }

    /** A directory in the upper layer looks as the one it covers: the kernel shows the upper one's owner and permissions. */
    private void copyLowerDirectory(Path directory, ArchivePath path) throws IOException {
        Optional<Path> covered = lower.find(path);
        if (covered.isPresent()) {
            Node node = Node.of(covered.get()).orElseThrow();
            if (node.isSymbolicLink()) {
                throw new ArchiveRefused(
                        "a name goes through \"/" + path + "\", which is a symbolic link in the image");
            }
            if (node.isDirectory()) {
                Files.createDirectory(directory);
                FileNodes.changeOwner(directory, (int) node.owner(), (int) node.group());
                FileNodes.changeMode(directory, node.permissions());
                FileNodes.changeTimes(directory, node.modified(), node.modified());
                return;
            }
        }
        Unpacking.plainDirectory(directory, path);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
