package dev.ferry.store.archive;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes a pax tar (pax(1)). Extended headers are made here and not by the library, which would turn the bytes of extended
 * attributes into text; there is one such header before an entry at most, since readers keep only the last.
 */
public final class TarSink implements Closeable {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int NAME_BYTES = 100;
    private static final long LARGEST_SIZE = 077777777777L;
    private static final long LARGEST_ID = 07777777L;

    private final TarArchiveOutputStream tar;

    private TarSink(OutputStream out) {
        tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        // Whatever does not fit stands in our own header; the plain one is for readers that know no better.
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_TRUNCATE);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    }

    /** Begins a tar in a new file, or over an old one. */
    public static TarSink create(Path file) throws IOException {
        return new TarSink(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
    }

    /** Begins a tar on a stream, which is closed with it. A tar that is not closed has no end, so that readers can tell. */
    public static TarSink to(OutputStream out) {
        return new TarSink(new BufferedOutputStream(out, BUFFER_BYTES));
    }

    /** Where the bytes of a file come from. */
    @FunctionalInterface
    public interface Content {
        /** No bytes: of everything that is no file. */
        Content NONE = InputStream::nullInputStream;

        /** Opened only when the entry is written, and closed by the writer. */
        InputStream open() throws IOException;
    }

    /**
     * Adds an entry.
     *
     * @param content of a file; its first {@code item.size()} bytes are written
     */
    public void add(TarItem item, Optional<Path> content) throws IOException {
        String name = item.path().isTop() ? "./" : item.path() + (item.kind() == TarItem.Kind.DIRECTORY ? "/" : "");
        add(item, name, content.isPresent() ? () -> Files.newInputStream(content.get()) : Content.NONE);
    }

    /**
     * Adds an entry under a name that is written as it is.
     *
     * @param content its first {@code item.size()} bytes are written
     */
    public void add(TarItem item, String name, Content content) throws IOException {
        Map<String, byte[]> extended = extended(item, name);
        if (!extended.isEmpty()) {
            byte[] bytes = records(extended);
            TarArchiveEntry header =
                    new TarArchiveEntry("PaxHeaders/" + shortened(name), TarConstants.LF_PAX_EXTENDED_HEADER_LC);
            header.setSize(bytes.length);
            header.setModTime(FileTime.from(Instant.EPOCH));
            tar.putArchiveEntry(header);
            tar.write(bytes);
            tar.closeArchiveEntry();
        }
        TarArchiveEntry entry = new TarArchiveEntry(name, type(item.kind()), true);
        entry.setMode(item.mode());
        entry.setUserId(item.owner());
        entry.setGroupId(item.group());
        entry.setNames("", "");
        entry.setModTime(FileTime.fromMillis(Math.max(0, item.modified().getEpochSecond()) * 1000));
        entry.setLinkName(item.target());
        entry.setDevMajor(item.deviceMajor());
        entry.setDevMinor(item.deviceMinor());
        entry.setSize(item.size());
        tar.putArchiveEntry(entry);
        if (item.size() > 0) {
            copy(item, name, content);
        }
        tar.closeArchiveEntry();
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    private void copy(TarItem item, String name, Content content) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = item.size();
        try (InputStream in = content.open()) {
            while (left > 0) {
                int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n < 0) {
                    throw new IOException("\"" + name + "\" became shorter while it was written");
                }
                tar.write(buffer, 0, n);
                left -= n;
            }
        }
    }

    private static Map<String, byte[]> extended(TarItem item, String name) {
        Map<String, byte[]> records = new TreeMap<>();
        text(records, "path", name);
        text(records, "linkpath", item.target());
        if (item.size() > LARGEST_SIZE) {
            records.put("size", bytes(Long.toString(item.size())));
        }
        if (item.owner() > LARGEST_ID) {
            records.put("uid", bytes(Long.toString(item.owner())));
        }
        if (item.group() > LARGEST_ID) {
            records.put("gid", bytes(Long.toString(item.group())));
        }
        Instant modified = item.modified();
        long seconds = modified.getEpochSecond();
        int nanos = modified.getNano();
        if (nanos != 0 && seconds >= 0) {
            records.put("mtime", bytes("%d.%09d".formatted(seconds, nanos)));
        }
        item.attributes().forEach((attribute, value) -> records.put("SCHILY.xattr." + attribute, value));
        return records;
    }

    private static void text(Map<String, byte[]> records, String key, String value) {
        byte[] bytes = bytes(value);
        boolean ascii = value.chars().allMatch(c -> c < 128);
        if (bytes.length > NAME_BYTES || !ascii) {
            records.put(key, bytes);
        }
    }

    private static byte[] records(Map<String, byte[]> extended) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        extended.forEach((key, value) -> {
            byte[] name = bytes(key);
            int rest = 1 + name.length + 1 + value.length + 1; // " name=value\n"; the length counts its own digits
            int length = rest + Integer.toString(rest).length();
            if (rest + Integer.toString(length).length() != length) {
                length = rest + Integer.toString(length).length();
            }
            out.writeBytes(bytes(length + " "));
            out.writeBytes(name);
            out.write('=');
            out.writeBytes(value);
            out.write('\n');
        });
        return out.toByteArray();
    }

    private static String shortened(String name) {
        String ascii = name.replaceAll("[^\\x20-\\x7e]|/$", "_");
        return ascii.substring(0, Math.min(ascii.length(), NAME_BYTES - 20));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte type(TarItem.Kind kind) {
        return switch (kind) {
            case FILE -> TarConstants.LF_NORMAL;
            case DIRECTORY -> TarConstants.LF_DIR;
            case SYMBOLIC_LINK -> TarConstants.LF_SYMLINK;
            case HARD_LINK -> TarConstants.LF_LINK;
            case CHARACTER_DEVICE -> TarConstants.LF_CHR;
            case BLOCK_DEVICE -> TarConstants.LF_BLK;
            case FIFO -> TarConstants.LF_FIFO;
        };
    }
}
