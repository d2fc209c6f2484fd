package dev.ferry.store.files;

import dev.ferry.store.snapshot.Node;
import java.time.Instant;

/**
 * What a path of a container stands for, the last part not followed.
 *
 * @param name the path's last part; {@code /} for the root, {@code .} for a path that ends so
 * @param linkTarget for a symbolic link: where it ends, as an absolute path of the container; else empty
 */
public record PathFacts(String name, Node node, String linkTarget) {
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final int SET_USER = 04000;
    private static final int SET_GROUP = 02000;
    private static final int STICKY = 01000;

    /** The mode in Go's bits (io/fs.FileMode), which is how the Docker API writes it. */
    public long goMode() {
        int mode = node.mode();
        long bits = mode & 0777;
        bits |= node.isDirectory() ? 1L << 31 : 0;
        bits |= node.isSymbolicLink() ? 1L << 27 : 0;
        bits |= node.isBlockDevice() ? 1L << 26 : 0;
        bits |= node.isCharacterDevice() ? 1L << 26 | 1L << 21 : 0;
        bits |= node.isFifo() ? 1L << 25 : 0;
        bits |= (mode & TYPE) == SOCKET ? 1L << 24 : 0;
        bits |= (mode & SET_USER) != 0 ? 1L << 23 : 0;
        bits |= (mode & SET_GROUP) != 0 ? 1L << 22 : 0;
        bits |= (mode & STICKY) != 0 ? 1L << 20 : 0;
        return bits;
    }

    /** When its content was last changed. */
    public Instant modified() {
        return node.modified();
    }
}
