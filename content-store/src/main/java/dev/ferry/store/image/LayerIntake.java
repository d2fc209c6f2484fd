package dev.ferry.store.image;

import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.store.archive.BoundedInput;
import dev.ferry.store.archive.Compression;
import dev.ferry.store.archive.TarItem;
import dev.ferry.store.archive.TarSource;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.DigestMismatch;
import dev.ferry.store.content.Ingest;
import dev.ferry.store.content.Lease;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** Stores a layer's tar uncompressed, reading it through on the way: what is stored is a whole tar within the limits. */
final class LayerIntake {
    private final ContentStore content;
    private final ArchiveLimits limits;

    LayerIntake(ContentStore content, ArchiveLimits limits) {
        this.content = content;
        this.limits = limits;
    }

    /**
     * Takes in one layer, perhaps compressed.
     *
     * @param expected the diff id it must have
     * @return its diff id
     */
    Digest take(Lease lease, InputStream layer, Optional<Digest> expected)
            throws ImageException.BadImageArchive, IOException {
        try (InputStream plain = new BoundedInput(Compression.open(layer), limits.bytes());
                Ingest ingest = content.ingest(lease)) {
            InputStream copied = new Copying(plain, ingest);
            TarSource tar = TarSource.open(copied, limits);
            for (Optional<TarItem> item = tar.next(); item.isPresent(); item = tar.next()) {
                if (item.get().kind() == TarItem.Kind.HARD_LINK) {
                    tar.linkTarget(item.get());
                }
            }
            byte[] rest = new byte[1 << 16];
            while (copied.read(rest) >= 0) {
                // padding after the end of the tar belongs to the bytes the digest names
            }
            if (ingest.size() == 0) {
                throw new ImageException.BadImageArchive("the tar is empty: nothing was sent");
            }
            return expected.isPresent() ? ingest.commit(expected.get()) : ingest.commit();
        } catch (ArchiveRefused | DigestMismatch e) {
            throw new ImageException.BadImageArchive("layer refused: " + e.getMessage(), e);
        }
    }

    /** Everything that is read is also written. */
    private static final class Copying extends FilterInputStream {
        private final OutputStream copy;

        Copying(InputStream in, OutputStream copy) {
            super(in);
            this.copy = copy;
        }

        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            if (n > 0) {
                copy.write(bytes, offset, n);
            }
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            return read(new byte[(int) Math.min(n, 1 << 16)]);
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
