package dev.ferry.store.snapshot;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.store.archive.TarSource;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.DigestMismatch;
import dev.ferry.store.content.DurableFiles;
import dev.ferry.store.content.StateDamaged;
import dev.ferry.store.content.StateFile;
import dev.ferry.store.content.StepListener;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Snapshots by overlayfs. On disk, below the root:
 *
 * <pre>
 * layers/&lt;hex&gt;/          one unpacked layer, deletions in the kernel's form; whole or absent
 * l/&lt;first digits&gt;       short links to layers: all lower directories of a mount must fit into one page
 * keys/&lt;key&gt;/           snapshot.json (which layers), upper/, work/; before/ while a delta is undecided
 * staging/               what is being made or deleted; emptied when the snapshotter is opened
 * </pre>
 *
 * Everything is made in {@code staging} and renamed to its place, everything deleted is renamed into {@code staging} first. A
 * layer reaches the disk before it is renamed. A new key does not wait for the disk: there is nothing in it yet, and
 * {@link #prepare} makes again what a power cut took.
 */
public final class OverlaySnapshotter implements Snapshotter {
    private static final int VERSION = 1;
    /** mount(2) takes one page of options, its last byte is zero. */
    private static final int OPTION_BYTES = 4095;

    private static final int SHORT_DIGITS = 10;
    private static final String UPPER = "upper";
    private static final String BEFORE = "before";
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    private final Path layers;
    private final Path links;
    private final Path keys;
    private final Path staging;
    private final Path empty;
    private final ContentStore content;
    private final ArchiveLimits limits;
    private final StepListener steps;

    /** Layers known to be unpacked, with their short paths. */
    private final ConcurrentHashMap<Digest, Path> unpacked = new ConcurrentHashMap<>();

    /** One layer is unpacked at a time: two containers of one new image must not do it twice. Outermost lock of this class. */
    private final ReentrantLock unpacking = new ReentrantLock();

    /**
     * What snapshot.json holds.
     *
     * @param layers diff ids, lowest first
     */
    record Composition(@JsonProperty("layers") List<Digest> layers) {
        Composition {
            layers = List.copyOf(layers);
        }
    }

    private OverlaySnapshotter(Path root, ContentStore content, ArchiveLimits limits, StepListener steps) {
        this.layers = root.resolve("layers");
        this.links = root.resolve("l");
        this.keys = root.resolve("keys");
        this.staging = root.resolve("staging");
        this.empty = root.resolve("empty");
        this.content = content;
        this.limits = limits;
        this.steps = steps;
    }

    /** Opens the snapshotter below {@code root}, which is made if it does not exist; layers' tars come from {@code content}. */
    public static OverlaySnapshotter open(Path root, ContentStore content) throws IOException {
        return open(root, content, ArchiveLimits.DEFAULT, StepListener.NONE);
    }

    /** As {@link #open(Path, ContentStore)}, with limits for tars and a listener for changes on disk. */
    public static OverlaySnapshotter open(Path root, ContentStore content, ArchiveLimits limits, StepListener steps)
            throws IOException {
        OverlaySnapshotter snapshots = new OverlaySnapshotter(root.toAbsolutePath(), content, limits, steps);
        for (Path directory :
                List.of(snapshots.layers, snapshots.links, snapshots.keys, snapshots.staging, snapshots.empty)) {
            Files.createDirectories(directory);
        }
        // Set-user-id programs of strangers' images must not be within reach of the host's users.
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        for (Path rest : entries(snapshots.staging)) {
            DirectoryTree.delete(rest);
        }
        for (Path key : entries(snapshots.keys)) {
            if (Files.isDirectory(key.resolve(BEFORE)) && Files.notExists(key.resolve(UPPER))) {
                snapshots.putBack(key);
            }
        }
        return snapshots;
    }

    @Override
    public void unpack(List<Digest> diffIds) throws SnapshotException, IOException {
        for (Digest layer : diffIds) {
            lower(layer);
        }
    }

    @Override
    public RootFilesystem.Overlay prepare(String key, List<Digest> diffIds) throws SnapshotException, IOException {
        List<Path> lower = lowerOf(diffIds);
        Path place = place(key);
        RootFilesystem.Overlay root = overlay(place, lower, diffIds.size());
        Optional<Composition> existing = existing(key);
        if (existing.isPresent()) {
            if (!existing.get().layers().equals(diffIds)) {
                throw new SnapshotException.KeyInUse(key);
            }
            return root;
        }
        if (Files.isDirectory(place)) { // a power cut left the directory without its record: what was written stays
            complete(place, diffIds, lower);
            return root;
        }
        steps.before("create " + place);
        Path staged = Files.createDirectory(staging.resolve(DurableFiles.randomName()));
        complete(staged, diffIds, lower);
        steps.before("rename " + staged + " to " + place);
        Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
        return root;
    }

    @Override
    public Optional<RootFilesystem.Overlay> find(String key) throws SnapshotException, IOException {
        Optional<Composition> record = record(key);
        if (record.isEmpty()) {
            return Optional.empty();
        }
        List<Digest> diffIds = record.get().layers();
        return Optional.of(overlay(place(key), lowerOf(diffIds), diffIds.size()));
    }

    @Override
    public Set<String> keys() throws IOException {
        Set<String> found = new HashSet<>();
        for (Path key : entries(keys)) {
            found.add(String.valueOf(key.getFileName()));
        }
        return found;
    }

    @Override
    public void remove(String key) throws IOException {
        throwAway(place(key));
    }

    @Override
    public void writeDelta(String key, Path tar, Path deleted) throws SnapshotException, IOException {
        RootFilesystem.Overlay root = require(key);
        try {
            new WrittenLayer(root.upper(), root.lower()).writeTo(tar, deleted);
        } catch (ArchiveRefused e) {
            throw new SnapshotException.DeltaRefused(key, e);
        }
    }

    @Override
    public void applyDelta(String key, Path tar, Path deleted) throws SnapshotException, IOException {
        undoDelta(key);
        RootFilesystem.Overlay root = require(key);
        Path before = place(key).resolve(BEFORE);
        steps.before("create delta of " + key);
        Path staged = Files.createDirectory(staging.resolve(DurableFiles.randomName()));
        try {
            likeTopLayer(staged, root.lower());
            new WrittenLayer(staged, root.lower()).fillFrom(tar, deleted, limits);
            OpenFiles.syncFileSystem(staged);
            steps.before("rename " + root.upper() + " to " + before);
            Files.move(root.upper(), before, StandardCopyOption.ATOMIC_MOVE);
            // whoever finds no upper directory puts the other one back
            steps.before("rename " + staged + " to " + root.upper());
            Files.move(staged, root.upper(), StandardCopyOption.ATOMIC_MOVE);
        } catch (ArchiveRefused e) {
            discard(staged, e);
            throw new SnapshotException.DeltaRefused(key, e);
        } catch (IOException | RuntimeException e) {
            discard(staged, e);
            throw e;
        }
        DurableFiles.sync(place(key));
    }

    @Override
    public void keepDelta(String key) throws IOException {
        throwAway(place(key).resolve(BEFORE));
    }

    @Override
    public void undoDelta(String key) throws IOException {
        Path place = place(key);
        if (Files.isDirectory(place.resolve(BEFORE), LinkOption.NOFOLLOW_LINKS)) {
            throwAway(place.resolve(UPPER));
            putBack(place);
        }
    }

    private void putBack(Path place) throws IOException {
        steps.before("rename " + place.resolve(BEFORE) + " to " + place.resolve(UPPER));
        Files.move(place.resolve(BEFORE), place.resolve(UPPER), StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.sync(place);
    }

    @Override
    public long size(String key) throws SnapshotException, IOException {
        return DirectoryTree.bytes(require(key).upper());
    }

    @Override
    public Set<Digest> removeLayers(Set<Digest> keep) throws IOException {
        unpacking.lock();
        try {
            Set<Digest> needed = new HashSet<>(keep);
            for (String key : keys()) {
                record(key).ifPresent(record -> needed.addAll(record.layers()));
            }
            Set<Digest> removed = new HashSet<>();
            for (Path layer : entries(layers)) {
                Digest digest = new Digest(Digest.Algorithm.SHA256, String.valueOf(layer.getFileName()));
                if (!needed.contains(digest)) {
                    unpacked.remove(digest);
                    throwAway(layer);
                    removed.add(digest);
                }
            }
            for (Path link : entries(links)) {
                if (!Files.exists(link)) {
                    steps.before("delete " + link);
                    Files.deleteIfExists(link);
                }
            }
            return removed;
        } finally {
            unpacking.unlock();
        }
    }

    private RootFilesystem.Overlay require(String key) throws SnapshotException, IOException {
        Optional<RootFilesystem.Overlay> found = find(key);
        if (found.isEmpty()) {
            throw new SnapshotException.NoSuchSnapshot(key);
        }
        return found.get();
    }

    private List<Path> lowerOf(List<Digest> diffIds) throws SnapshotException, IOException {
        List<Path> lower = new ArrayList<>();
        for (Digest layer : diffIds.reversed()) {
            Path path = lower(layer);
            if (!lower.contains(path)) { // a layer may stand twice in an image; the kernel refuses the second (ELOOP)
                lower.add(path);
            }
        }
        return lower.isEmpty() ? List.of(empty) : lower;
    }

    private static RootFilesystem.Overlay overlay(Path place, List<Path> lower, int layers)
            throws SnapshotException.TooManyLayers {
        RootFilesystem.Overlay root = new RootFilesystem.Overlay(lower, place.resolve(UPPER), place.resolve("work"));
        int length = root.options().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (length > OPTION_BYTES) {
            int perLayer = 1 + lower.getFirst().toString().length();
            throw new SnapshotException.TooManyLayers(
                    layers, layers - (length - OPTION_BYTES + perLayer - 1) / perLayer);
        }
        return root;
    }

    /** The short path of a layer, which is unpacked if it is not yet. */
    private Path lower(Digest layer) throws SnapshotException, IOException {
        Path known = unpacked.get(layer);
        if (known != null) {
            return known;
        }
        unpacking.lock();
        try {
            Path place = layers.resolve(layer.hex());
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                unpack(layer, place);
            }
            Path link = link(layer);
            unpacked.put(layer, link);
            return link;
        } finally {
            unpacking.unlock();
        }
    }

    /** Preconditions: {@link #unpacking} is held. */
    private void unpack(Digest layer, Path place) throws SnapshotException, IOException {
        steps.before("create " + place);
        Path staged = Files.createDirectory(staging.resolve(DurableFiles.randomName()));
        MessageDigest sha256 = Digest.Algorithm.SHA256.computation();
        try {
            FileNodes.changeMode(staged, 0755); // unless the layer describes its top
            try (InputStream raw = new DigestInputStream(content.read(layer), sha256);
                    TarSource tar = TarSource.open(new BufferedInputStream(raw, 1 << 16), limits)) {
                new Unpacking(new RootedTree(staged, Unpacking::plainDirectory), Unpacking.Deletions.WHITEOUT_FILES)
                        .unpack(tar);
                raw.transferTo(java.io.OutputStream.nullOutputStream()); // the padding belongs to the digest
            }
            Digest actual = Digest.of(Digest.Algorithm.SHA256, sha256.digest());
            if (!actual.equals(layer)) { // the disk changed it since it was stored
                throw new SnapshotException.LayerRefused(layer, new DigestMismatch(layer, actual));
            }
            steps.before("sync " + staged);
            OpenFiles.syncFileSystem(staged);
            steps.before("rename " + staged + " to " + place);
            Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
            steps.before("sync " + layers);
            DurableFiles.sync(layers);
        } catch (ArchiveRefused e) {
            discard(staged, e);
            throw new SnapshotException.LayerRefused(layer, e);
        } catch (java.nio.file.InvalidPathException e) {
            discard(staged, e);
            throw new SnapshotException.LayerRefused(
                    layer,
                    new IOException(
                            "a file name cannot be written in this process's locale: start it with" + " LC_ALL=C.UTF-8",
                            e));
        } catch (IOException | RuntimeException | SnapshotException e) {
            discard(staged, e);
            throw e;
        }
    }

    /** Preconditions: {@link #unpacking} is held. */
    private Path link(Digest layer) throws IOException {
        Path target = Path.of("..", "layers", layer.hex());
        for (int digits = SHORT_DIGITS; ; digits++) {
            Path link = links.resolve(layer.hex().substring(0, digits));
            try {
                steps.before("create " + link);
                Files.createSymbolicLink(link, target);
                return link;
            } catch (FileAlreadyExistsException e) {
                if (Files.readSymbolicLink(link).equals(target)) {
                    return link;
                } // another layer begins with the same digits: one more tells them apart
            }
        }
    }

    /** Makes in a key's directory whatever is missing in it. */
    private void complete(Path directory, List<Digest> diffIds, List<Path> lower) throws IOException {
        Path upper = directory.resolve(UPPER);
        if (!Files.isDirectory(upper)) {
            Files.createDirectory(upper);
            likeTopLayer(upper, lower);
        }
        Files.createDirectories(directory.resolve("work"));
        Path file = directory.resolve("snapshot.json");
        Files.write(file, new StateFile<>(file, VERSION, Composition.class, steps).bytes(new Composition(diffIds)));
    }

    /** The top of an overlay shows the owner and permissions of the upper directory, not those of the layers. */
    private static void likeTopLayer(Path upper, List<Path> lower) throws IOException {
        Node top = Node.of(lower.getFirst().toRealPath()).orElseThrow();
        FileNodes.changeOwner(upper, (int) top.owner(), (int) top.group());
        FileNodes.changeMode(upper, top.permissions());
    }

    /** A record that a power cut left unreadable does not hide the key from {@link #prepare}, which knows what was in it. */
    private Optional<Composition> existing(String key) throws IOException {
        try {
            return record(key);
        } catch (StateDamaged e) {
            return Optional.empty();
        }
    }

    private Optional<Composition> record(String key) throws IOException {
        return new StateFile<>(place(key).resolve("snapshot.json"), VERSION, Composition.class, steps).read();
    }

    private void throwAway(Path place) throws IOException {
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path staged = staging.resolve(DurableFiles.randomName());
        steps.before("rename " + place + " to " + staged);
        Files.move(place, staged, StandardCopyOption.ATOMIC_MOVE);
        steps.before("delete " + staged);
        DirectoryTree.delete(staged);
    }

    private void discard(Path staged, Exception because) {
        try {
            steps.before("delete " + staged);
            DirectoryTree.delete(staged);
        } catch (IOException | RuntimeException e) {
            because.addSuppressed(e);
        }
    }

    private Path place(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "\"" + key + "\" cannot name a snapshot: letters, digits, '_', '.', '-' only");
        }
        return keys.resolve(key);
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> stream = Files.list(directory)) {
            return stream.toList();
        }
    }
}
