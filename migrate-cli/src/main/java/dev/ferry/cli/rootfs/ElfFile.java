package dev.ferry.cli.rootfs;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a 64-bit ELF program or library needs to be loaded; elf(5).
 *
 * @param interpreter the loader's path; null for libraries and static programs
 * @param needed names of libraries, DT_NEEDED
 * @param searched directories of DT_RPATH and DT_RUNPATH, with {@code $ORIGIN} as written
 */
record ElfFile(@Nullable String interpreter, List<String> needed, List<String> searched) {
    private static final int HEADER = 64;
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;
    private static final int LONGEST = 4096;

    /** The size is the one in the file. */
    private record Segment(int type, long offset, long address, long size) {}

    /** Empty when the file is no 64-bit little-endian ELF file. */
    static Optional<ElfFile> read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = bytes(channel, 0, HEADER);
            if (header.remaining() < HEADER
                    || header.getInt(0) != 0x464c457f
                    || header.get(4) != 2
                    || header.get(5) != 1) {
                return Optional.empty();
            }
            return Optional.of(read(channel, segments(channel, header)));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IOException("'" + file + "' is a damaged ELF file", e);
        }
    }

    private static ElfFile read(FileChannel channel, List<Segment> segments) throws IOException {
        String interpreter = null;
        List<String> needed = new ArrayList<>();
        List<String> searched = new ArrayList<>();
        for (Segment segment : segments) {
            if (segment.size() == 0) {
                continue; // a file of debugging symbols keeps the table of what it belongs to, without the content
            }
            if (segment.type() == PT_INTERP) {
                interpreter = text(channel, segment.offset());
            } else if (segment.type() == PT_DYNAMIC) {
                ByteBuffer dynamic = bytes(channel, segment.offset(), (int) Math.min(segment.size(), 1 << 16));
                long strings = fileOffset(value(dynamic, DT_STRTAB), segments);
                while (dynamic.remaining() >= 16) {
                    long tag = dynamic.getLong();
                    long value = dynamic.getLong();
                    if (tag == 0) {
                        break;
                    } else if (tag == DT_NEEDED) {
                        needed.add(text(channel, strings + value));
                    } else if (tag == DT_RPATH || tag == DT_RUNPATH) {
                        searched.addAll(List.of(text(channel, strings + value).split(":", -1)));
                    }
                }
            }
        }
        return new ElfFile(interpreter, needed, searched);
    }

    private static List<Segment> segments(FileChannel channel, ByteBuffer header) throws IOException {
        long start = header.getLong(32);
        int size = header.getShort(54) & 0xffff;
        int count = header.getShort(56) & 0xffff;
        ByteBuffer table = bytes(channel, start, size * count);
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = i * size;
            segments.add(new Segment(
                    table.getInt(at), table.getLong(at + 8), table.getLong(at + 16), table.getLong(at + 32)));
        }
        return segments;
    }

    private static long value(ByteBuffer dynamic, int wanted) {
        for (int at = 0; at + 16 <= dynamic.limit(); at += 16) {
            if (dynamic.getLong(at) == wanted) {
                return dynamic.getLong(at + 8);
            }
        }
        return 0;
    }

    /** DT_STRTAB is an address; the loaded segment that holds it leads to the place in the file. */
    private static long fileOffset(long address, List<Segment> segments) {
        for (Segment segment : segments) {
            if (segment.type() == PT_LOAD
                    && address >= segment.address()
                    && address < segment.address() + segment.size()) {
                return address - segment.address() + segment.offset();
            }
        }
        return address;
    }

    private static String text(FileChannel channel, long offset) throws IOException {
        ByteBuffer buffer = bytes(channel, offset, LONGEST);
        int length = 0;
        while (length < buffer.limit() && buffer.get(length) != 0) {
            length++;
        }
        byte[] text = new byte[length];
        buffer.get(0, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static ByteBuffer bytes(FileChannel channel, long offset, int size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {
            // until full or at the end of the file
        }
        return buffer.flip();
    }
}
