package dev.ferry.store.content;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Blobs named by the digest of their bytes, each written once and never changed.
 *
 * <p>Writing is {@code ingest → write … → commit}: bytes go to a temporary file, are hashed on the way, reach the disk
 * (fsync), and are then renamed to their name. A crash leaves either no blob or a whole one.
 *
 * <pre>{@code
 * try (Lease lease = store.lease()) {
 *     Digest digest;
 *     try (Ingest ingest = store.ingest(lease)) {
 *         in.transferTo(ingest);
 *         digest = ingest.commit(expected);
 *     }
 *     … write the file that refers to the digest …
 * }                                               // only now may a collection judge the blob
 * }</pre>
 *
 * On disk: {@code blobs/sha256/<hex>} and {@code ingest/<random>} below the root. One process owns a root at a time; opening
 * it throws away what an earlier process left in {@code ingest}. All methods may be called by any thread.
 */
public final class ContentStore {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path blobs;
    private final Path ingests;
    private final StepListener steps;
    private final DurableFiles files;

    /** Innermost lock of the store: guards the four fields below. Held over single renames and unlinks, never over data. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Digest, Integer> leased = new HashMap<>();
    private final Set<Lease> leases = new HashSet<>();
    /** What leases let go of while a collection runs: its view of the references may be older than they are. */
    private final Set<Digest> releasedDuringCollection = new HashSet<>();

    private boolean collecting;

    private ContentStore(Path root, StepListener steps) {
        this.blobs = root.resolve("blobs").resolve(Digest.Algorithm.SHA256.word());
        this.ingests = root.resolve("ingest");
        this.steps = steps;
        this.files = new DurableFiles(steps);
    }

    /** Opens the store below {@code root}, which is made if it does not exist. */
    public static ContentStore open(Path root) throws IOException {
        return open(root, StepListener.NONE);
    }

    /** As {@link #open(Path)}, telling a listener before every change on disk. */
    public static ContentStore open(Path root, StepListener steps) throws IOException {
        ContentStore store = new ContentStore(root, steps);
        Files.createDirectories(store.blobs);
        Files.createDirectories(store.ingests);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        for (Path stale : entries(store.ingests)) {
            Files.deleteIfExists(stale);
        }
        return store;
    }

    /** A new lease that holds nothing yet. */
    public Lease lease() {
        Lease lease = new Lease(this);
        lock.lock();
        try {
            leases.add(lease);
        } finally {
            lock.unlock();
        }
        return lease;
    }

    /** Begins a blob; what is committed is held by {@code lease}. */
    public Ingest ingest(Lease lease) throws IOException {
        Path temporary = ingests.resolve(DurableFiles.randomName());
        steps.before("create " + temporary);
        return new Ingest(this, lease, temporary);
    }

    /** Stores bytes that are in memory already. */
    public Digest put(Lease lease, byte[] bytes) throws IOException {
        try (Ingest ingest = ingest(lease)) {
            ingest.write(bytes);
            return ingest.commit();
        }
    }

    /** Whether the blob is stored now; hold it by a lease if it must stay. */
    public boolean contains(Digest digest) {
        return Files.isRegularFile(path(digest));
    }

    /** Size of a blob in bytes. */
    public long size(Digest digest) throws IOException {
        try {
            return Files.size(path(digest));
        } catch (NoSuchFileException e) {
            throw missing(digest, e);
        }
    }

    /** Reads a blob; the caller closes the stream. */
    public InputStream read(Digest digest) throws IOException {
        try {
            return Files.newInputStream(path(digest));
        } catch (NoSuchFileException e) {
            throw missing(digest, e);
        }
    }

    /** Opens a blob for reading at any place; the caller closes it. */
    public FileChannel open(Digest digest) throws IOException {
        try {
            return FileChannel.open(path(digest), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw missing(digest, e);
        }
    }

    /** The whole of a small blob, refused above {@code limit} bytes. */
    public byte[] readSmall(Digest digest, int limit) throws IOException {
        try (InputStream in = read(digest)) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new IOException(
                        "content \"" + digest + "\" is larger than the " + limit + " bytes it may have here");
            }
            return bytes;
        }
    }

    /** All blobs, in no order. */
    public List<Digest> list() throws IOException {
        List<Digest> digests = new ArrayList<>();
        for (Path blob : entries(blobs)) {
            digests.add(new Digest(Digest.Algorithm.SHA256, String.valueOf(blob.getFileName())));
        }
        return digests;
    }

    /** A blob whose bytes are no longer what its name says. */
    public record Damage(Digest digest, Digest actual, Path file) {}

    /** Reads every blob and reports those whose bytes do not match their name. Changes nothing. */
    public List<Damage> fsck() throws IOException {
        List<Damage> damages = new ArrayList<>();
        for (Digest digest : list()) {
            Optional<Digest> actual = hash(path(digest));
            if (actual.isPresent() && !actual.get().equals(digest)) {
                damages.add(new Damage(digest, actual.get(), path(digest)));
            }
        }
        return damages;
    }

    /** Where {@link #collect} asks which blobs are referred to. */
    @FunctionalInterface
    public interface References {
        Set<Digest> live() throws IOException;
    }

    /**
     * Deletes every blob that is neither referred to nor leased. The references are asked for after the candidates have been
     * listed, so whoever writes a reference under a lease loses nothing.
     *
     * @return what was deleted
     */
    public Set<Digest> collect(References references) throws IOException {
        lock.lock();
        try {
            if (collecting) {
                throw new IllegalStateException("a collection is running already");
            }
            collecting = true;
        } finally {
            lock.unlock();
        }
        try {
            List<Digest> candidates = list();
            Set<Digest> live = references.live();
            Set<Digest> deleted = new HashSet<>();
            for (Digest digest : candidates) {
                if (!live.contains(digest) && deleteUnlessLeased(digest)) {
                    deleted.add(digest);
                }
            }
            return deleted;
        } finally {
            lock.lock();
            try {
                collecting = false;
                releasedDuringCollection.clear();
            } finally {
                lock.unlock();
            }
        }
    }

    StepListener steps() {
        return steps;
    }

    void commit(Lease lease, Path temporary, Digest digest) throws IOException {
        // Unwritable even for the owner's careless hand: the bytes are what the name says, for ever.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("r--r--r--"));
        lock.lock();
        try {
            if (lease.held().add(digest)) {
                leased.merge(digest, 1, Integer::sum);
            }
        } finally {
            lock.unlock();
        }
        try {
            steps.before("link " + path(digest));
            Files.createLink(path(digest), temporary);
            steps.before("sync " + blobs);
            DurableFiles.sync(blobs);
        } catch (FileAlreadyExistsException e) {
            // Written once: the blob that is there keeps its inode, readers of it notice nothing. If its bytes went bad
            // on the disk, the fresh ones are the cure.
            if (Files.size(path(digest)) != Files.size(temporary)) {
                files.move(temporary, path(digest));
                return;
            }
        }
        steps.before("delete " + temporary);
        Files.deleteIfExists(temporary);
    }

    boolean hold(Lease lease, Digest digest) {
        lock.lock();
        try {
            if (!contains(digest)) {
                return false;
            }
            if (lease.held().add(digest)) {
                leased.merge(digest, 1, Integer::sum);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    void release(Lease lease) {
        lock.lock();
        try {
            if (!leases.remove(lease)) {
                return;
            }
            for (Digest digest : lease.end()) {
                leased.computeIfPresent(digest, (d, count) -> count == 1 ? null : count - 1);
                if (collecting) {
                    releasedDuringCollection.add(digest);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean deleteUnlessLeased(Digest digest) throws IOException {
        lock.lock();
        try {
            if (leased.containsKey(digest) || releasedDuringCollection.contains(digest)) {
                return false;
            }
            steps.before("delete " + path(digest));
            return Files.deleteIfExists(path(digest));
        } finally {
            lock.unlock();
        }
    }

    private Path path(Digest digest) {
        if (digest.algorithm() != Digest.Algorithm.SHA256) {
            throw new IllegalArgumentException("blobs are named by sha256, not by " + digest);
        }
        return blobs.resolve(digest.hex());
    }

    /** Empty when the blob was collected after it was listed. */
    private static Optional<Digest> hash(Path file) throws IOException {
        MessageDigest sha256 = Digest.Algorithm.SHA256.computation();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            while (in.read(buffer) >= 0) {
                // the digest is computed by reading
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        return Optional.of(Digest.of(Digest.Algorithm.SHA256, sha256.digest()));
    }

    private static NoSuchContent missing(Digest digest, Throwable cause) {
        NoSuchContent missing = new NoSuchContent(digest);
        missing.initCause(cause);
        return missing;
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> stream = Files.list(directory)) {
            return stream.toList();
        }
    }
}
