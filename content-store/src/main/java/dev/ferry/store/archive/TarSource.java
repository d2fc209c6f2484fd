package dev.ferry.store.archive;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Reads a tar of a stranger entry by entry, within limits. Every way in which an archive can be wrong ends in
 * {@link ArchiveRefused}; other I/O errors are the reader's own.
 *
 * <pre>{@code
 * try (TarSource tar = TarSource.open(in, ArchiveLimits.DEFAULT)) {
 *     for (Optional<TarItem> item = tar.next(); item.isPresent(); item = tar.next()) { … tar.content() … }
 * }
 * }</pre>
 */
public final class TarSource implements Closeable {
    private final TarGuard guard;
    private final TarArchiveInputStream tar;
    private final ArchiveLimits limits;
    private long entries;
    private long bytes;

    private TarSource(InputStream in, ArchiveLimits limits) {
        this.limits = limits;
        this.guard = new TarGuard(new BoundedInput(in, limits.bytes()), limits);
        this.tar = new TarArchiveInputStream(guard, StandardCharsets.UTF_8.name());
    }

    /** Begins to read an uncompressed tar; closing the source closes the stream. */
    public static TarSource open(InputStream in, ArchiveLimits limits) {
        return new TarSource(in, limits);
    }

    /** Begins to read a tar that may be compressed. */
    public static TarSource openCompressed(InputStream in, ArchiveLimits limits) throws IOException {
        return new TarSource(Compression.open(in), limits);
    }

    /** The next entry; empty at the end. What was not read of the current one is skipped. */
    public Optional<TarItem> next() throws IOException {
        TarArchiveEntry entry = nextEntry();
        if (entry == null) {
            return Optional.empty();
        }
        if (++entries > limits.entries()) {
            throw new ArchiveRefused("the archive has more than the " + limits.entries() + " entries it may have");
        }
        TarItem.Kind kind = kind(entry);
        long size = kind == TarItem.Kind.FILE ? entry.getRealSize() : 0;
        bytes += size;
        if (size < 0 || bytes < 0 || bytes > limits.bytes()) {
            throw new ArchiveRefused("the archive has more than the " + limits.bytes() + " bytes it may have");
        }
        boolean link = kind == TarItem.Kind.SYMBOLIC_LINK || kind == TarItem.Kind.HARD_LINK;
        return Optional.of(new TarItem(
                kind,
                ArchivePath.of(entry.getName(), limits),
                link ? entry.getLinkName() : "",
                entry.getMode() & 07777,
                entry.getLongUserId(),
                entry.getLongGroupId(),
                entry.getLastModifiedTime().toInstant(),
                size,
                entry.getDevMajor(),
                entry.getDevMinor(),
                guard.attributes()));
    }

    /** The content of the current entry: valid until the next one is asked for; closing it does nothing. */
    public InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] single = new byte[1];
                return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                try {
                    return tar.read(buffer, offset, length);
                } catch (IOException | IllegalArgumentException e) {
                    throw refusal(e);
                }
            }
        };
    }

    /** The names of a hard link's target, checked like any name. */
    public ArchivePath linkTarget(TarItem item) throws ArchiveRefused {
        return ArchivePath.of(item.target(), limits);
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    private @org.jspecify.annotations.Nullable TarArchiveEntry nextEntry() throws IOException {
        try {
            return tar.getNextEntry();
        } catch (IOException | IllegalArgumentException e) {
            throw refusal(e);
        }
    }

    /** What the stream below said goes on as it is; what the library says is about the archive. */
    private IOException refusal(Exception complaint) {
        return guard.failure()
                .orElseGet(() -> new ArchiveRefused("the tar is damaged: " + complaint.getMessage(), complaint));
    }

    private static TarItem.Kind kind(TarArchiveEntry entry) throws ArchiveRefused {
        if (entry.isSymbolicLink()) {
            return TarItem.Kind.SYMBOLIC_LINK;
        } else if (entry.isLink()) {
            return TarItem.Kind.HARD_LINK;
        } else if (entry.isCharacterDevice()) {
            return TarItem.Kind.CHARACTER_DEVICE;
        } else if (entry.isBlockDevice()) {
            return TarItem.Kind.BLOCK_DEVICE;
        } else if (entry.isFIFO()) {
            return TarItem.Kind.FIFO;
        } else if (entry.isDirectory()) {
            return TarItem.Kind.DIRECTORY;
        } else if (entry.isFile() || entry.isSparse()) {
            return TarItem.Kind.FILE;
        }
        throw new ArchiveRefused("entry \"" + entry.getName() + "\" is of an unknown type");
    }
}
