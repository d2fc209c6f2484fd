package dev.ferry.store.content;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A blob being written. Its bytes become visible only by {@link #commit}, all of them at once; closing without a commit leaves
 * no trace. Not for use by several threads.
 */
public final class Ingest extends OutputStream {
    private final ContentStore store;
    private final Lease lease;
    private final Path temporary;
    private final FileChannel channel;
    private final MessageDigest sha256 = Digest.Algorithm.SHA256.computation();
    private final byte[] single = new byte[1];
    private long size;
    private boolean done;

    Ingest(ContentStore store, Lease lease, Path temporary) throws IOException {
        this.store = store;
        this.lease = lease;
        this.temporary = temporary;
        this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public void write(int b) throws IOException {
        single[0] = (byte) b;
        write(single, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        sha256.update(bytes, offset, length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        size += length;
    }

    /** Bytes written so far. */
    public long size() {
        return size;
    }

    /** Makes the bytes written so far a blob, named by their sha256, durably. */
    public Digest commit() throws IOException {
        return commit(Optional.empty());
    }

    /**
     * Makes the bytes written so far a blob, durably, if their digest is the expected one.
     *
     * @throws DigestMismatch when it is not; nothing is stored
     */
    public Digest commit(Digest expected) throws IOException {
        return commit(Optional.of(expected));
    }

    private Digest commit(Optional<Digest> expected) throws IOException {
        if (done) {
            throw new IllegalStateException("the ingest has ended");
        }
        Digest actual = Digest.of(Digest.Algorithm.SHA256, sha256.digest());
        done = true;
        if (expected.isPresent() && !expected.get().equals(actual)) {
            abandon();
            throw new DigestMismatch(expected.get(), actual);
        }
        try {
            channel.force(true);
            channel.close();
            store.commit(lease, temporary, actual);
        } catch (IOException | RuntimeException e) {
            abandon();
            throw e;
        }
        return actual;
    }

    /** Ends the ingest; what was not committed is gone. */
    @Override
    public void close() throws IOException {
        if (!done) {
            done = true;
            abandon();
        }
    }

    private void abandon() throws IOException {
        channel.close();
        store.steps().before("delete " + temporary);
        Files.deleteIfExists(temporary);
    }
}
