package dev.ferry.store.archive;

/**
 * How much an archive of a stranger may cost. Reaching a limit refuses the archive.
 *
 * @param bytes uncompressed bytes in all, holes of sparse files counted
 * @param entries files, directories, links and devices
 * @param headerBytes bytes of one extended header (long names, extended attributes), which is held in memory
 * @param nameBytes bytes of one name
 * @param depth directories above one file
 */
public record ArchiveLimits(long bytes, long entries, int headerBytes, int nameBytes, int depth) {
    private static final long GIB = 1L << 30;

    /** Enough for any image met in practice: 256 GiB, ten million entries, 1 MiB of header, PATH_MAX for a name. */
    public static final ArchiveLimits DEFAULT = new ArchiveLimits(256 * GIB, 10_000_000, 1 << 20, 4096, 256);

    public ArchiveLimits {
        if (bytes < 0 || entries < 0 || headerBytes < 512 || nameBytes < 1 || depth < 1) {
            throw new IllegalArgumentException("limits of an archive must be positive");
        }
    }

    /** The same limits with another one for bytes. */
    public ArchiveLimits withBytes(long bytes) {
        return new ArchiveLimits(bytes, entries, headerBytes, nameBytes, depth);
    }

    /** The same limits with another one for entries. */
    public ArchiveLimits withEntries(long entries) {
        return new ArchiveLimits(bytes, entries, headerBytes, nameBytes, depth);
    }
}
