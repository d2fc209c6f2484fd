package dev.ferry.store.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Writes tars byte by byte, so that they can also be wrong. */
public final class Tars {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public static Tars tar() {
        return new Tars();
    }

    public Tars directory(String name) {
        return entry(name, '5', 0755, "", new byte[0]);
    }

    public Tars directory(String name, int mode) {
        return entry(name, '5', mode, "", new byte[0]);
    }

    public Tars file(String name, String content) {
        return entry(name, '0', 0644, "", content.getBytes(StandardCharsets.UTF_8));
    }

    public Tars file(String name, byte[] content) {
        return entry(name, '0', 0644, "", content);
    }

    public Tars symlink(String name, String target) {
        return entry(name, '2', 0777, target, new byte[0]);
    }

    public Tars hardlink(String name, String target) {
        return entry(name, '1', 0644, target, new byte[0]);
    }

    public Tars fifo(String name) {
        return entry(name, '6', 0600, "", new byte[0]);
    }

    /** Records of an extended header for the next entry, {@code key} then raw value. */
    public Tars extended(String key, byte[] value) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        int rest = key.length() + value.length + 3;
        int length = rest + String.valueOf(rest).length();
        length = rest + String.valueOf(length).length();
        record.writeBytes((length + " " + key + "=").getBytes(StandardCharsets.UTF_8));
        record.writeBytes(value);
        record.write('\n');
        return entry("PaxHeaders/x", 'x', 0644, "", record.toByteArray());
    }

    public Tars entry(String name, char type, int mode, String link, byte[] content) {
        header(name, type, mode, 0, 0, content.length, link, 0, 0);
        return data(content);
    }

    public Tars owned(String name, int uid, int gid, int mode, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        header(name, '0', mode, uid, gid, bytes.length, "", 0, 0);
        return data(bytes);
    }

    public Tars device(String name, char type, int major, int minor) {
        header(name, type, 0660, 0, 0, 0, "", major, minor);
        return this;
    }

    /** A header that promises {@code size} bytes which may never come. */
    public Tars promise(String name, char type, long size) {
        header(name, type, 0644, 0, 0, size, "", 0, 0);
        return this;
    }

    public Tars data(byte[] content) {
        out.writeBytes(content);
        out.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return this;
    }

    public Tars raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Without the end mark. */
    public byte[] unfinished() {
        return out.toByteArray();
    }

    public byte[] bytes() {
        byte[] written = out.toByteArray();
        return Arrays.copyOf(written, written.length + 1024);
    }

    public byte[] gzipped() {
        return gzip(bytes());
    }

    public static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private void header(
            String name, char type, int mode, int uid, int gid, long size, String link, int major, int minor) {
        byte[] block = new byte[512];
        text(block, 0, 100, name);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, uid);
        octal(block, 116, 8, gid);
        octal(block, 124, 12, size);
        octal(block, 136, 12, 1_700_000_000L);
        block[156] = (byte) type;
        text(block, 157, 100, link);
        text(block, 257, 8, "ustar\00000");
        octal(block, 329, 8, major);
        octal(block, 337, 8, minor);
        Arrays.fill(block, 148, 156, (byte) ' ');
        long sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        out.writeBytes(block);
    }

    private static void text(byte[] block, int offset, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, block, offset, Math.min(bytes.length, length));
    }

    private static void octal(byte[] block, int offset, int length, long value) {
        String digits = Long.toOctalString(value);
        text(block, offset, length, "0".repeat(Math.max(0, length - 1 - digits.length())) + digits);
    }
}
