package dev.ferry.runtime.mount;

import java.nio.file.Path;
import java.util.List;

/**
 * What a container's root is made of. It is mounted inside the container's own mount namespace and never on the host, so nothing
 * is left behind however the container ends.
 */
public sealed interface RootFilesystem {

    /** The directory that the container's own writes land in. */
    Path writable();

    /**
     * A directory as it is; the container writes into it.
     *
     * @param directory absolute
     */
    record Bind(Path directory) implements RootFilesystem {

        public Bind {
            absolute(directory);
        }

        @Override
        public Path writable() {
            return directory;
        }
    }

    /**
     * Read-only layers under one writable directory.
     *
     * @param lower the topmost layer first, as overlayfs wants them; at least one
     * @param upper what the container writes
     * @param work empty, on the same file system as {@code upper}
     */
    record Overlay(List<Path> lower, Path upper, Path work) implements RootFilesystem {

        public Overlay {
            lower = List.copyOf(lower);
            if (lower.isEmpty()) {
                throw new IllegalArgumentException("an overlay needs at least one lower directory");
            }
            lower.forEach(Overlay::nameable);
            nameable(upper);
            nameable(work);
        }

        @Override
        public Path writable() {
            return upper;
        }

        /** The data argument of mount(2) for the type {@code overlay}; longer than a page (4095 bytes) mount refuses it. */
        public String options() {
            return "lowerdir="
                    + String.join(":", lower.stream().map(Path::toString).toList()) + ",upperdir=" + upper + ",workdir="
                    + work;
        }

        /** overlayfs takes colons and commas as separators and has no escape that works for all of its options. */
        private static void nameable(Path path) {
            absolute(path);
            String text = path.toString();
            if (text.indexOf(':') >= 0 || text.indexOf(',') >= 0 || text.indexOf('\\') >= 0) {
                throw new IllegalArgumentException(
                        "\"%s\" cannot be part of an overlay: overlayfs reads ':', ',' and '\\' as separators; use a directory without them"
                                .formatted(path));
            }
        }
    }

    private static void absolute(Path path) {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("\"%s\" is relative; a root needs absolute paths".formatted(path));
        }
    }
}
