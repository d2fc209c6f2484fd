package dev.ferry.cli.rootfs;

import java.nio.file.Path;

/** One thing in a root file system; {@code mode} is permission bits. Everything belongs to root. */
public sealed interface RootfsEntry {
    /** A directory. */
    record Directory(int mode) implements RootfsEntry {}

    /** A file with the content of a file of the host. */
    record Copy(Path source, int mode) implements RootfsEntry {}

    /** A file with a content of our own. */
    record Text(String content, int mode) implements RootfsEntry {}

    /** A symbolic link. */
    record Link(String target) implements RootfsEntry {}
}
