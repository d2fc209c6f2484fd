package dev.ferry.store.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches the raw blocks of a tar on their way to the reader, because the reader believes them: it would hold an extended header
 * or a sparse map of any size in memory, takes a block of noise for a header, and turns the bytes of extended attributes into
 * text, which loses them. So the guard checks checksums and sizes, and keeps the attributes of the entry read last.
 *
 * <p>Blocks (pax(1), tar(5)): {@code header [data …] header [data …] … zero block}; types {@code x}, {@code g}, {@code L} and
 * {@code K} describe the header that follows; an {@code x} may replace that header's size.
 */
final class TarGuard extends FilterInputStream {
    private static final int BLOCK = 512;
    private static final String ATTRIBUTE_PREFIX = "SCHILY.xattr.";
    /** Segments of one sparse file; a map is held in memory. */
    private static final int SPARSE_SEGMENTS = 1 << 20;

    private enum Expecting {
        HEADER,
        EXTENDED_HEADER_DATA,
        DATA,
        SPARSE_EXTENSION,
        NOTHING
    }

    private final ArchiveLimits limits;
    private final byte[] block = new byte[BLOCK];
    private int filled;
    private Expecting expecting = Expecting.HEADER;

    /** Bytes of data and padding until the next header. */
    private long remaining;

    private byte[] extended = new byte[0];
    private int extendedFilled;
    private int extendedSize;
    private Map<String, byte[]> pending = Map.of();
    private Map<String, byte[]> attributes = Map.of();
    private int sparseBlocks;
    private long sizeAfterSparse;
    private boolean sparseMapInData;
    private final StringBuilder sparseCount = new StringBuilder();

    private @Nullable IOException failure;

    TarGuard(InputStream in, ArchiveLimits limits) {
        super(in);
        this.limits = limits;
    }

    /** Why the stream below or this guard failed; empty when a reader's complaint is its own. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Extended attributes of the entry whose header was read last. */
    Map<String, byte[]> attributes() {
        return attributes;
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return guarded(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private int guarded(byte[] bytes, int offset, int length) throws IOException {
        int n = super.read(bytes, offset, length);
        if (n < 0) {
            if (expecting != Expecting.NOTHING && (filled > 0 || remaining > 0)) {
                throw new ArchiveRefused("the tar is cut short");
            }
            return n;
        }
        int at = offset;
        int end = offset + n;
        while (at < end && expecting != Expecting.NOTHING) {
            at += take(bytes, at, end - at);
        }
        return n;
    }

    /** Every byte must pass the guard, also those nobody wants. */
    @Override
    public long skip(long n) throws IOException {
        byte[] buffer = new byte[(int) Math.min(Math.max(n, 1), 1 << 16)];
        long skipped = 0;
        while (skipped < n) {
            int got = read(buffer, 0, (int) Math.min(buffer.length, n - skipped));
            if (got < 0) {
                break;
            }
            skipped += got;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private int take(byte[] bytes, int at, int available) throws IOException {
        return switch (expecting) {
            case HEADER, SPARSE_EXTENSION -> takeBlock(bytes, at, available);
            case DATA, EXTENDED_HEADER_DATA -> takeData(bytes, at, available);
            case NOTHING -> available;
        };
    }

    private int takeBlock(byte[] bytes, int at, int available) throws IOException {
        int n = Math.min(available, BLOCK - filled);
        System.arraycopy(bytes, at, block, filled, n);
        filled += n;
        if (filled == BLOCK) {
            filled = 0;
            if (expecting == Expecting.HEADER) {
                header();
            } else {
                sparseExtension(block[504] != 0);
            }
        }
        return n;
    }

    private int takeData(byte[] bytes, int at, int available) throws IOException {
        int n = (int) Math.min(available, remaining);
        if (expecting == Expecting.EXTENDED_HEADER_DATA) {
            int wanted = Math.min(n, extendedSize - extendedFilled);
            System.arraycopy(bytes, at, extended, extendedFilled, wanted);
            extendedFilled += wanted;
        } else if (sparseMapInData) {
            sparseMap(bytes, at, n);
        }
        remaining -= n;
        if (remaining == 0) {
            if (expecting == Expecting.EXTENDED_HEADER_DATA) {
                pending = records(extended);
            }
            expecting = Expecting.HEADER;
        }
        return n;
    }

    private void header() throws ArchiveRefused {
        if (isZero()) {
            expecting = Expecting.NOTHING;
            return;
        }
        if (!checksumHolds()) {
            throw new ArchiveRefused("not a tar, or damaged: a header's checksum is wrong");
        }
        char type = (char) (block[156] & 0xff);
        long size = number(124, 12);
        if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
            if (size > limits.headerBytes()) {
                throw new ArchiveRefused("an extended header of " + size + " bytes: more than the "
                        + limits.headerBytes() + " it may have");
            }
            if (type == 'x') {
                extendedSize = (int) size;
                extended = new byte[extendedSize];
                extendedFilled = 0;
            }
            data(size, type == 'x' ? Expecting.EXTENDED_HEADER_DATA : Expecting.DATA);
            if (type == 'x' && size == 0) {
                pending = Map.of();
            }
            return;
        }
        byte[] replaced = pending.get("size");
        if (replaced != null) {
            size = decimal(replaced);
        }
        sparseMapInData = text(pending, "GNU.sparse.major").equals("1");
        sparseCount.setLength(0);
        attributes = attributesIn(pending);
        pending = Map.of();
        // Only files have data; sizes on links and directories are decoration (POSIX: "shall be ignored").
        boolean hasData = type == '0' || type == 0 || type == '7' || type == 'S';
        if (type == 'S' && block[482] != 0) {
            sparseBlocks = 0;
            sizeAfterSparse = size;
            expecting = Expecting.SPARSE_EXTENSION;
            return;
        }
        data(hasData || !known(type) ? size : 0, Expecting.DATA);
    }

    private static boolean known(char type) {
        return (type >= '0' && type <= '7') || type == 0 || type == 'S';
    }

    private void sparseExtension(boolean another) throws ArchiveRefused {
        if (++sparseBlocks > SPARSE_SEGMENTS / 21) {
            throw new ArchiveRefused("a sparse file of too many pieces");
        }
        if (!another) {
            data(sizeAfterSparse, Expecting.DATA);
        }
    }

    private void sparseMap(byte[] bytes, int at, int n) throws ArchiveRefused {
        for (int i = at; i < at + n; i++) {
            if (bytes[i] == '\n') {
                sparseMapInData = false;
                if (decimal(sparseCount.toString().getBytes(StandardCharsets.UTF_8)) > SPARSE_SEGMENTS) {
                    throw new ArchiveRefused("a sparse file of too many pieces");
                }
                return;
            }
            sparseCount.append((char) bytes[i]);
            if (sparseCount.length() > 20) {
                throw new ArchiveRefused("a sparse file with a damaged map");
            }
        }
    }

    private void data(long size, Expecting kind) throws ArchiveRefused {
        if (size < 0 || size > Long.MAX_VALUE - BLOCK) {
            throw new ArchiveRefused("an entry of an impossible size");
        }
        remaining = (size + BLOCK - 1) / BLOCK * BLOCK;
        expecting = remaining == 0 ? Expecting.HEADER : kind;
    }

    private boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** The sum of all bytes with the checksum's own eight taken as spaces; some old programs summed signed bytes. */
    private boolean checksumHolds() throws ArchiveRefused {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
            unsigned += b & 0xff;
            signed += b;
        }
        long stored = number(148, 8);
        return stored == unsigned || stored == signed;
    }

    /** Octal digits, or base 256 when the first bit is set (GNU). */
    private long number(int offset, int length) throws ArchiveRefused {
        if ((block[offset] & 0x80) != 0) {
            long value = block[offset] & 0x3f;
            for (int i = 1; i < length; i++) {
                if (value >>> 55 != 0) {
                    throw new ArchiveRefused("an entry of an impossible size");
                }
                value = (value << 8) | (block[offset + i] & 0xff);
            }
            return value;
        }
        long value = 0;
        for (int i = offset; i < offset + length; i++) {
            int c = block[i];
            if (c >= '0' && c <= '7') {
                value = (value << 3) | (c - '0');
            } else if (c != ' ' && c != 0) {
                throw new ArchiveRefused("not a tar, or damaged: a number in a header is not octal");
            } else if (value != 0) {
                break;
            }
        }
        return value;
    }

    /** Records {@code "length name=value\n"} of a pax header, values as raw bytes. */
    private static Map<String, byte[]> records(byte[] bytes) throws ArchiveRefused {
        Map<String, byte[]> records = new LinkedHashMap<>();
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int space = indexOf(bytes, (byte) ' ', at);
            if (space < 0) {
                throw new ArchiveRefused("a damaged extended header");
            }
            long length = decimal(Arrays.copyOfRange(bytes, at, space));
            int equals = indexOf(bytes, (byte) '=', space);
            if (length <= 0 || length > bytes.length - at || equals < 0 || equals >= at + length - 1) {
                throw new ArchiveRefused("a damaged extended header");
            }
            int end = at + (int) length;
            records.put(
                    new String(bytes, space + 1, equals - space - 1, StandardCharsets.UTF_8),
                    Arrays.copyOfRange(bytes, equals + 1, end - 1));
            at = end;
        }
        return records;
    }

    private static Map<String, byte[]> attributesIn(Map<String, byte[]> records) {
        Map<String, byte[]> found = new LinkedHashMap<>();
        records.forEach((name, value) -> {
            if (name.startsWith(ATTRIBUTE_PREFIX)) {
                found.put(name.substring(ATTRIBUTE_PREFIX.length()), value);
            }
        });
        return found;
    }

    private static String text(Map<String, byte[]> records, String name) {
        return new String(records.getOrDefault(name, new byte[0]), StandardCharsets.UTF_8);
    }

    private static long decimal(byte[] digits) throws ArchiveRefused {
        try {
            return Long.parseLong(new String(digits, StandardCharsets.US_ASCII).strip());
        } catch (NumberFormatException e) {
            throw new ArchiveRefused("a damaged extended header", e);
        }
    }

    private static int indexOf(byte[] bytes, byte wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
