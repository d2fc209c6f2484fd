package dev.ferry.criu.archive;

/**
 * What one file of a checkpoint must contain.
 *
 * @param name path relative to the checkpoint's directory, with {@code /}
 * @param size in bytes
 * @param crc32c one CRC-32C for each {@link ChunkSums#CHUNK} bytes, eight hex digits each: what is checked before every restore
 */
public record FileRecord(String name, long size, String crc32c) {
    public FileRecord {
        if (name.isEmpty() || name.startsWith("/") || ("/" + name + "/").contains("/../")) {
            throw new IllegalArgumentException("not a name inside a checkpoint: \"" + name + "\"");
        }
        if (size < 0 || crc32c.length() != 8 * ChunkSums.chunks(size)) {
            throw new IllegalArgumentException("record of \"" + name + "\" contradicts itself");
        }
    }
}
