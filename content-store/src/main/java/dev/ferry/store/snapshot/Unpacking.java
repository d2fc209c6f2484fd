package dev.ferry.store.snapshot;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.ExtendedAttributes;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.store.archive.ArchivePath;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the entries of a stranger's tar into files below one directory. An entry replaces what an earlier one of the same name
 * made; nothing is ever written through a link. Owners, permissions, extended attributes, devices and times are kept.
 *
 * <p>Order for each file: make, owner, permissions, attributes, time. A change of owner clears set-user-id bits and file
 * capabilities (chown(2)), and everything later changes the time. Directories get theirs at the end, because files made in them
 * change it.
 */
final class Unpacking {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    /** Bookkeeping of a file system nobody uses any more (aufs); the image format reserves the prefix. */
    private static final String RESERVED = ".wh..wh.";

    private static final int BUFFER_BYTES = 1 << 16;
    private static final long LARGEST_ID = 0xfffffffeL; // the last one means "unchanged" to chown(2)

    /** How deletions are written in the archive. */
    enum Deletions {
        /** As files named {@code .wh.name} (OCI image specification, layer.md, "Whiteouts"). */
        WHITEOUT_FILES,
        /** Not at all: such names are files like others. An opaque directory carries the kernel's own attribute. */
        ELSEWHERE
    }

    private final RootedTree tree;
    private final Deletions deletions;
    private final Map<Path, Instant> directoryTimes = new LinkedHashMap<>();
    private final byte[] buffer = new byte[BUFFER_BYTES];

    Unpacking(RootedTree tree, Deletions deletions) {
        this.tree = tree;
        this.deletions = deletions;
    }

    /** The directory an image's layer uses without describing it, as docker makes it. */
    static void plainDirectory(Path directory, ArchivePath path) throws IOException {
        Files.createDirectory(directory);
        FileNodes.changeMode(directory, 0755);
    }

    void unpack(TarSource tar) throws IOException {
        for (Optional<TarItem> item = tar.next(); item.isPresent(); item = tar.next()) {
            unpack(item.get(), tar);
        }
        for (Map.Entry<Path, Instant> directory : directoryTimes.entrySet()) {
            if (Node.of(directory.getKey()).filter(Node::isDirectory).isPresent()) {
                FileNodes.changeTimes(directory.getKey(), directory.getValue(), directory.getValue());
            }
        }
    }

    private void unpack(TarItem item, TarSource tar) throws IOException {
        if (item.owner() < 0 || item.owner() > LARGEST_ID || item.group() < 0 || item.group() > LARGEST_ID) {
            throw new ArchiveRefused("\"" + item.path() + "\" has an impossible owner");
        }
        if (item.path().isTop()) {
            if (item.kind() != TarItem.Kind.DIRECTORY) {
                throw new ArchiveRefused("the top of the archive is not a directory");
            }
            describe(tree.root(), item);
            return;
        }
        String name = item.path().name();
        if (deletions == Deletions.WHITEOUT_FILES && name.startsWith(WHITEOUT)) {
            whiteOut(item.path(), name);
            return;
        }
        make(item, tree.place(item.path()), tar);
    }

    private void whiteOut(ArchivePath path, String name) throws IOException {
        if (name.equals(OPAQUE)) {
            ArchivePath directory = path.parent();
            tree.place(path); // makes the directory if need be
            if (!directory.isTop()) {
                Overlays.makeOpaque(realDirectory(directory));
            }
            return;
        }
        if (name.startsWith(RESERVED)) {
            return;
        }
        String deleted = name.substring(WHITEOUT.length());
        if (deleted.isEmpty() || deleted.equals(".") || deleted.equals("..")) {
            throw new ArchiveRefused("whiteout \"" + path + "\" names no file");
        }
        Path place = tree.place(path.parent().child(deleted));
        Optional<Node> there = Node.of(place);
        if (there.isEmpty()) {
            Overlays.whiteOut(place);
        } else if (there.get().isDirectory()) {
            Overlays.makeOpaque(place); // deleted below and made anew here: only what is here shows
        }
    }

    /** Where a directory really is: the place of anything in it, minus that. */
    private Path realDirectory(ArchivePath directory) throws IOException {
        Path parent = tree.place(directory.child("x")).getParent();
        if (parent == null) {
            throw new AssertionError(directory);
        }
        return parent;
    }

    private void make(TarItem item, Path place, TarSource tar) throws IOException {
        Node there = Node.of(place).orElse(null);
        boolean replacesWhiteout = there != null && there.isWhiteout();
        if (there != null && !(there.isDirectory() && item.kind() == TarItem.Kind.DIRECTORY)) {
            if (item.kind() == TarItem.Kind.HARD_LINK && place.equals(tree.place(tar.linkTarget(item)))) {
                return; // a link to itself
            }
            DirectoryTree.delete(place);
            tree.forget();
        }
        switch (item.kind()) {
            case FILE -> writeFile(place, item, tar);
            case DIRECTORY -> {
                if (there == null || !there.isDirectory()) {
                    Files.createDirectory(place);
                    if (replacesWhiteout) {
                        Overlays.makeOpaque(place);
                    }
                }
            }
            case SYMBOLIC_LINK -> {
                if (item.target().isEmpty() || item.target().indexOf('\0') >= 0) {
                    throw new ArchiveRefused("symbolic link \"" + item.path() + "\" leads nowhere");
                }
                Files.createSymbolicLink(place, Path.of(item.target()));
                tree.forget();
            }
            case HARD_LINK -> {
                link(place, item, tar);
                return; // the file is described where it was made
            }
            case CHARACTER_DEVICE -> device(place, FileNodes.S_IFCHR, item);
            case BLOCK_DEVICE -> device(place, FileNodes.S_IFBLK, item);
            case FIFO -> FileNodes.make(place, FileNodes.S_IFIFO, 0, 0);
        }
        describe(place, item);
    }

    private void device(Path place, int type, TarItem item) throws IOException {
        if (deletions == Deletions.ELSEWHERE && item.deviceMajor() == 0 && item.deviceMinor() == 0) {
            throw new ArchiveRefused(
                    "\"" + item.path() + "\" is a deletion in the kernel's own form: deletions are listed apart");
        }
        FileNodes.make(place, type, item.deviceMajor(), item.deviceMinor());
    }

    private void link(Path place, TarItem item, TarSource tar) throws IOException {
        ArchivePath name = tar.linkTarget(item);
        Path target = name.isTop() ? tree.root() : tree.place(name);
        Optional<Node> linked = Node.of(target);
        if (linked.isEmpty() || linked.get().isDirectory()) {
            throw new ArchiveRefused("hard link \"" + item.path() + "\" leads to \"" + item.target()
                    + "\", which is not a file of the archive");
        }
        Files.createLink(place, target); // link(2) on Linux does not follow a symbolic link
    }

    private void writeFile(Path place, TarItem item, TarSource tar) throws IOException {
        try (FileChannel file = FileChannel.open(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                InputStream content = tar.content()) {
            long at = 0;
            while (true) {
                int n = content.readNBytes(buffer, 0, buffer.length);
                if (n == 0) {
                    break;
                }
                if (!isZero(n)) { // zeros become a hole: sparse files stay sparse
                    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
                    while (bytes.hasRemaining()) {
                        at += file.write(bytes, at);
                    }
                } else {
                    at += n;
                }
            }
            if (at != item.size()) {
                throw new ArchiveRefused("\"" + item.path() + "\" is cut short");
            }
            if (file.size() < at) {
                file.write(ByteBuffer.wrap(new byte[1]), at - 1);
            }
        }
    }

    private boolean isZero(int n) {
        for (int i = 0; i < n; i++) {
            if (buffer[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private void describe(Path place, TarItem item) throws IOException {
        boolean link = item.kind() == TarItem.Kind.SYMBOLIC_LINK;
        FileNodes.changeOwner(place, (int) item.owner(), (int) item.group());
        if (!link) {
            FileNodes.changeMode(place, item.mode());
        }
        for (Map.Entry<String, byte[]> attribute : item.attributes().entrySet()) {
            attribute(place, item, attribute.getKey(), attribute.getValue());
        }
        Instant time = item.modified().isBefore(Instant.EPOCH) ? Instant.EPOCH : item.modified();
        if (item.kind() == TarItem.Kind.DIRECTORY) {
            directoryTimes.put(place, time);
        } else {
            FileNodes.changeTimes(place, time, time);
        }
    }

    private void attribute(Path place, TarItem item, String name, byte[] value) throws IOException {
        if (name.equals(Overlays.OPAQUE)
                && deletions == Deletions.ELSEWHERE
                && item.kind() == TarItem.Kind.DIRECTORY
                && Overlays.isOpaque(item.attributes())) {
            Overlays.makeOpaque(place);
            return;
        }
        if (Overlays.isInternal(name) || name.equals("security.selinux")) {
            return; // SELinux labels are of the host that made the archive
        }
        try {
            ExtendedAttributes.set(place, name, value);
        } catch (SyscallException e) {
            // As docker: "user." attributes are refused on links and devices, others where the file system has none.
            // What
            // gives rights must not get lost silently.
            boolean harmless = e.is(Errno.EOPNOTSUPP) || (e.is(Errno.EPERM) && name.startsWith("user."));
            if (!harmless || name.equals("security.capability")) {
                throw e;
            }
        }
    }
}
