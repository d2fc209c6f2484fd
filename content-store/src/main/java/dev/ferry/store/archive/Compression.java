package dev.ferry.store.archive;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/** How a tar may be packed; told by its first bytes, never by its name. */
public enum Compression {
    NONE,
    GZIP,
    BZIP2,
    XZ,
    ZSTD;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC_BYTES = 6;

    /**
     * The plain bytes of a stream that may be compressed.
     *
     * @throws ArchiveRefused when it is compressed in a way that is not read here
     */
    public static InputStream open(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
        buffered.mark(MAGIC_BYTES);
        byte[] magic = buffered.readNBytes(MAGIC_BYTES);
        buffered.reset();
        return switch (of(magic)) {
            case NONE -> buffered;
            case GZIP -> new Inflating(new GZIPInputStream(buffered, BUFFER_BYTES));
            case BZIP2 -> new Inflating(new BZip2CompressorInputStream(buffered, true));
            case XZ -> throw new ArchiveRefused("the archive is compressed with xz: decompress it first (xz -d)");
            case ZSTD -> throw new ArchiveRefused("the archive is compressed with zstd: decompress it first (zstd -d)");
        };
    }

    static Compression of(byte[] magic) {
        if (begins(magic, 0x1f, 0x8b)) {
            return GZIP;
        } else if (begins(magic, 'B', 'Z', 'h')) {
            return BZIP2;
        } else if (begins(magic, 0xfd, '7', 'z', 'X', 'Z', 0)) {
            return XZ;
        } else if (begins(magic, 0x28, 0xb5, 0x2f, 0xfd)) {
            return ZSTD;
        }
        return NONE;
    }

    private static boolean begins(byte[] magic, int... expected) {
        if (magic.length < expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if ((magic[i] & 0xff) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** Says "refused" where the decompressors say end of file or zip error: the caller's archive is at fault, not the disk. */
    private static final class Inflating extends java.io.FilterInputStream {
        Inflating(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (EOFException | ZipException e) {
                throw new ArchiveRefused("the archive's compression is damaged or cut short: " + e.getMessage(), e);
            }
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
