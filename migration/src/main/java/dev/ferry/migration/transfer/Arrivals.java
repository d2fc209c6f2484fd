package dev.ferry.migration.transfer;

import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.IncomingCheckpoint;
import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Request;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.Ingest;
import dev.ferry.store.content.Lease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What has come of one migration: blobs on their way into the content store, the log, the files of the dump. Streams come from front to back;
 * bytes that are here already are passed over, a gap is refused. Sums are computed over the bytes as they come.
 */
public final class Arrivals implements AutoCloseable {
    private static final String BLOB = "blob/";
    private static final String DUMP = "dump/";
    private static final String LOG = "log";

    private final ContentStore content;
    private final Lease lease;
    private final List<Request.Blob> image;
    private final Set<String> known = new TreeSet<>();
    private final Map<String, Ingest> blobs = new LinkedHashMap<>();
    private final Path logFile;
    private final Path dumpDirectory;

    /** Chunks come on a connection's thread, requests on others; after a cut a second connection may overlap the first. */
    private final ReentrantLock lock = new ReentrantLock();

    private final CRC32C logSum = new CRC32C();
    private final Map<String, Long> dumped = new HashMap<>();
    private long logged;
    private @Nullable FileChannel log;
    private @Nullable IncomingCheckpoint dump;
    private boolean closed;

    /** Bytes that do not follow what is here. */
    public static final class OutOfOrder extends IOException {
        private static final long serialVersionUID = 1;

        OutOfOrder(String stream, long offset, long expected) {
            super("stream \"" + stream + "\" goes on at " + offset + " where " + expected + " was expected");
        }
    }

    /**
     * Ready for the blobs of an image; those that are stored already are kept from being collected.
     *
     * @param log to be made when its first byte comes
     * @param dump likewise
     */
    public Arrivals(ContentStore content, List<Request.Blob> image, Path log, Path dump) {
        this.content = content;
        this.lease = content.lease();
        this.image = List.copyOf(image);
        this.logFile = log;
        this.dumpDirectory = dump;
        for (Request.Blob blob : image) {
            Digest digest = Digest.parse(blob.digest());
            lease.hold(digest);
            if (content.contains(digest)) {
                known.add(blob.digest());
            }
        }
    }

    /** The digests of the blobs that were here before. */
    public Set<String> known() {
        return Set.copyOf(known);
    }

    /** The configuration of the image. */
    public Digest image() {
        return Digest.parse(image.getFirst().digest());
    }

    /** How many bytes have come of each stream. */
    public Map<String, Long> positions() {
        lock.lock();
        try {
            Map<String, Long> positions = new HashMap<>();
            image.forEach(blob -> {
                Ingest ingest = blobs.get(blob.digest());
                boolean whole = ingest == null && content.contains(Digest.parse(blob.digest()));
                positions.put(BLOB + blob.digest(), ingest != null ? ingest.size() : whole ? blob.size() : 0);
            });
            positions.put(LOG, logSize());
            IncomingCheckpoint incoming = dump;
            if (incoming != null) {
                incoming.sizes().forEach((name, size) -> positions.put(DUMP + name, size));
            }
            // a connection that was cut behind the last byte has nothing to send again
            dumped.forEach((name, size) -> positions.put(DUMP + name, size));
            return positions;
        } catch (IOException e) {
            return Map.of();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes bytes in.
     *
     * @throws OutOfOrder when some before them are missing
     * @throws Refusal when they belong to nothing that was offered
     */
    public void take(Chunk chunk) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new Refusal("migration.closed", "nothing is taken any more");
            }
            String stream = chunk.stream();
            if (stream.equals(LOG)) {
                takeLog(chunk);
            } else if (stream.startsWith(BLOB)) {
                takeBlob(chunk, stream.substring(BLOB.length()));
            } else if (stream.startsWith(DUMP)) {
                takeDump(chunk, stream.substring(DUMP.length()));
            } else {
                throw new Refusal("migration.stream", "a migration has no stream \"" + stream + "\"");
            }
        } finally {
            lock.unlock();
        }
    }

    private void takeLog(Chunk chunk) throws IOException {
        FileChannel file = log;
        if (file == null) {
            file = FileChannel.open(
                    logFile, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            log = file;
        }
        ByteBuffer fresh = fresh(chunk, file.position());
        logSum.update(fresh.duplicate());
        while (fresh.hasRemaining()) {
            file.write(fresh);
        }
    }

    private void takeBlob(Chunk chunk, String digest) throws IOException {
        Request.Blob blob = image.stream()
                .filter(one -> one.digest().equals(digest))
                .findFirst()
                .orElseThrow(() -> new Refusal("migration.stream", "blob \"" + digest + "\" was not offered"));
        Ingest ingest = blobs.get(digest);
        if (ingest == null) {
            if (content.contains(Digest.parse(digest))) {
                return;
            }
            ingest = content.ingest(lease);
            blobs.put(digest, ingest);
        }
        ByteBuffer fresh = fresh(chunk, ingest.size());
        if (ingest.size() + fresh.remaining() > blob.size()) {
            throw new Refusal(
                    "migration.blob-size",
                    "blob \"" + digest + "\" is longer than the " + blob.size() + " bytes that were offered");
        }
        if (fresh.hasArray()) {
            ingest.write(fresh.array(), fresh.arrayOffset() + fresh.position(), fresh.remaining());
        } else {
            byte[] bytes = new byte[fresh.remaining()];
            fresh.get(bytes);
            ingest.write(bytes);
        }
    }

    private void takeDump(Chunk chunk, String name) throws IOException {
        IncomingCheckpoint incoming = dump;
        if (incoming == null) {
            incoming = CheckpointDirectory.receive(dumpDirectory);
            dump = incoming;
        }
        try {
            long have = incoming.size(name);
            incoming.write(name, have, fresh(chunk, have));
        } catch (CheckpointDamaged e) {
            throw new Refusal(e.code(), String.valueOf(e.getMessage()));
        }
    }

    /** The part of a chunk that is not here yet. */
    private static ByteBuffer fresh(Chunk chunk, long have) throws OutOfOrder {
        if (chunk.offset() > have) {
            throw new OutOfOrder(chunk.stream(), chunk.offset(), have);
        }
        ByteBuffer bytes = chunk.bytes().slice();
        bytes.position((int) Math.min(bytes.remaining(), have - chunk.offset()));
        return bytes;
    }

    /**
     * All blobs of the image have been sent: makes them content.
     *
     * @throws dev.ferry.store.content.DigestMismatch when one is not what was offered
     */
    public void completeBlobs() throws IOException {
        lock.lock();
        try {
            for (Request.Blob blob : image) {
                completeBlob(blob);
            }
        } finally {
            lock.unlock();
        }
    }

    private void completeBlob(Request.Blob blob) throws IOException {
        Digest digest = Digest.parse(blob.digest());
        Ingest ingest = blobs.remove(blob.digest());
        if (ingest != null) {
            try (ingest) {
                ingest.commit(digest);
            }
        } else if (!content.contains(digest)) {
            throw new Refusal("migration.blob", "blob \"" + digest + "\" was offered and never sent");
        }
    }

    /**
     * Everything has been sent: compares it with the manifest and makes it durable.
     *
     * @throws Refusal when a byte is missing or wrong, naming the file
     */
    public CheckpointDirectory complete(String manifest, long size, String sum) throws IOException {
        lock.lock();
        try {
            completeLog(size, sum);
            IncomingCheckpoint incoming = dump;
            if (incoming == null) {
                throw new Refusal("migration.empty", "no file of the dump was sent");
            }
            incoming.complete(manifest);
            incoming.close();
            dumped.putAll(incoming.sizes());
            dump = null;
            return CheckpointDirectory.of(dumpDirectory);
        } catch (CriuException e) {
            throw new Refusal(e.code(), String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
    }

    private void completeLog(long size, String sum) throws IOException {
        String actual = HexFormat.of().toHexDigits((int) logSum.getValue());
        if (logSize() != size || !actual.equals(sum)) {
            throw new Refusal(
                    "migration.log",
                    "the log came with %d bytes and sum %s instead of %d and %s"
                            .formatted(logSize(), actual, size, sum));
        }
        FileChannel file = log;
        if (file != null) {
            file.force(true);
            logged = size;
            file.close();
        }
    }

    private long logSize() throws IOException {
        FileChannel file = log;
        return file == null ? 0 : file.isOpen() ? file.position() : logged;
    }

    /** Lets go of what is open; half blobs vanish, files stay. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            for (Ingest ingest : blobs.values()) {
                ingest.close();
            }
            blobs.clear();
            if (log != null) {
                log.close();
            }
            if (dump != null) {
                dump.close();
            }
        } catch (IOException e) {
            // what cannot be closed now is gone with the process
        } finally {
            lease.close();
            lock.unlock();
        }
    }
}
