package dev.ferry.store.archive;

import java.time.Instant;
import java.util.Map;

/**
 * One entry of a tar, already within limits.
 *
 * @param target of a symbolic link, the text as it is; of a hard link, the name of another entry; else empty
 * @param mode the twelve permission bits
 * @param size bytes of a file's content, holes included; else 0
 * @param deviceMajor of a device; else 0
 * @param deviceMinor of a device; else 0
 * @param attributes extended attributes, raw bytes by full name such as {@code security.capability}
 */
public record TarItem(
        Kind kind,
        ArchivePath path,
        String target,
        int mode,
        long owner,
        long group,
        Instant modified,
        long size,
        int deviceMajor,
        int deviceMinor,
        Map<String, byte[]> attributes) {

    /** What an entry makes. */
    public enum Kind {
        FILE,
        DIRECTORY,
        SYMBOLIC_LINK,
        HARD_LINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        FIFO
    }

    public TarItem {
        attributes = Map.copyOf(attributes);
    }
}
