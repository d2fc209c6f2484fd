package dev.ferry.criu.archive;

/**
 * What one file of a checkpoint must contain.
 *
 * @param name path relative to the checkpoint's directory, with {@code /}
 * @param size in bytes
 * @param sha256 digest of the whole file, lower-case hex: its identity, as {@code sha256sum} prints it
 * @param crc32c one CRC-32C for each {@link FileDigester#CHUNK} bytes, eight hex digits each: what is checked before every restore
 */
public record FileRecord(String name, long size, String sha256, String crc32c) {
    public FileRecord {
        if (name.isEmpty() || name.startsWith("/") || ("/" + name + "/").contains("/../")) {
            throw new IllegalArgumentException("not a name inside a checkpoint: \"" + name + "\"");
        }
        if (size < 0 || crc32c.length() != 8 * FileDigester.chunks(size) || sha256.length() != 64) {
            throw new IllegalArgumentException("record of \"" + name + "\" contradicts itself");
        }
    }
}
