package dev.ferry.migration.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A segment is a file: entries one after the other, then fdatasync(2). Needs nothing but the JDK. */
public final class PlainFiles implements SegmentFormat {
    private static final long LARGE = 16 << 20;

    @Override
    public String suffix() {
        return ".journal";
    }

    @Override
    public Segment create(Path path) throws IOException {
        return new Open(FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE));
    }

    @Override
    public void read(Path path, SegmentReader reader) throws IOException {
        reader.take(ByteBuffer.wrap(Files.readAllBytes(path)));
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    private record Open(FileChannel file) implements Segment {
        @Override
        public void write(List<byte[]> entries) throws IOException {
            ByteBuffer all = ByteBuffer.allocate(
                    entries.stream().mapToInt(entry -> entry.length).sum());
            entries.forEach(all::put);
            all.flip();
            while (all.hasRemaining()) {
                file.write(all);
            }
            file.force(false);
        }

        @Override
        public boolean isLarge() {
            try {
                return file.position() > LARGE;
            } catch (IOException e) {
                return false; // the write will find out
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
