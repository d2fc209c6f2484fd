package dev.ferry.store.snapshot;

import dev.ferry.store.archive.ArchivePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a stack of layers shows at a path, by the kernel's own rules: the topmost layer that has the name decides, a whiteout or
 * an opaque directory above hides what is below. Nothing is mounted for the question.
 */
public final class LowerLayers {
    private final List<Path> layers;

    /**
     * A stack.
     *
     * @param layers the topmost first
     */
    public LowerLayers(List<Path> layers) {
        this.layers = List.copyOf(layers);
    }

    /** The file that shows at a path; symbolic links on the way are not followed. */
    public Optional<Path> find(ArchivePath path) throws IOException {
        for (Path layer : layers) {
            Verdict verdict = look(layer, path);
            if (verdict.found().isPresent() || verdict.hides()) {
                return verdict.found();
            }
        }
        return Optional.empty();
    }

    boolean isVisible(ArchivePath path) throws IOException {
        return find(path).isPresent();
    }

    boolean isVisibleDirectory(ArchivePath path) throws IOException {
        Optional<Path> found = find(path);
        return found.isPresent()
                && Node.of(found.get()).filter(Node::isDirectory).isPresent();
    }

    /** The names that show in a directory. */
    public Set<String> visibleIn(ArchivePath directory) throws IOException {
        Set<String> names = new TreeSet<>();
        Set<String> hidden = new HashSet<>();
        for (Path layer : layers) {
            Verdict verdict = look(layer, directory);
            if (verdict.found().isPresent()) {
                Path found = verdict.found().get();
                if (Node.of(found).filter(Node::isDirectory).isEmpty()) {
                    return names; // a file hides the directories below
                }
                for (Path file : entries(found)) {
                    String name = String.valueOf(file.getFileName());
                    if (Node.of(file).filter(Node::isWhiteout).isPresent()) {
                        hidden.add(name);
                    } else if (!hidden.contains(name)) {
                        names.add(name);
                    }
                }
            }
            if (verdict.hides()) {
                return names;
            }
        }
        return names;
    }

    /**
     * @param found the file in this layer
     * @param hides whether lower layers show nothing at this path
     */
    private record Verdict(Optional<Path> found, boolean hides) {}

    private static Verdict look(Path layer, ArchivePath path) throws IOException {
        Path here = layer;
        boolean hides = false;
        for (int i = 0; i < path.parts().size(); i++) {
            here = here.resolve(path.parts().get(i));
            Optional<Node> node = Node.of(here);
            if (node.isEmpty()) {
                return new Verdict(Optional.empty(), hides);
            }
            boolean last = i == path.parts().size() - 1;
            if (node.get().isWhiteout() || (!last && !node.get().isDirectory())) {
                return new Verdict(Optional.empty(), true);
            }
            hides |= node.get().isDirectory() ? Overlays.isOpaque(here) : true;
        }
        return new Verdict(Optional.of(here), hides);
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
