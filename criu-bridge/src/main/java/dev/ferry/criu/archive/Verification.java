package dev.ferry.criu.archive;

import dev.ferry.criu.CheckpointDamaged;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Compares files with their records, chunk by chunk on all processors, and stops at the first difference. */
final class Verification {
    private static final int BUFFER = 256 << 10;

    private final Path directory;
    private final List<Chunk> chunks = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private record Chunk(FileRecord file, int index) {
        long start() {
            return (long) index * ChunkSums.CHUNK;
        }

        long end() {
            return Math.min(file.size(), start() + ChunkSums.CHUNK);
        }

        int expected() {
            return HexFormat.fromHexDigits(file.crc32c(), index * 8, index * 8 + 8);
        }
    }

    Verification(Path directory, List<FileRecord> files) throws IOException, CheckpointDamaged {
        this.directory = directory;
        for (FileRecord file : files) {
            requireSize(file);
            for (int index = 0; index < ChunkSums.chunks(file.size()); index++) {
                chunks.add(new Chunk(file, index));
            }
        }
    }

    private void requireSize(FileRecord file) throws IOException, CheckpointDamaged {
        Path path = directory.resolve(file.name());
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new CheckpointDamaged(directory, file.name(), "is missing");
        }
        long size = Files.size(path);
        if (size != file.size()) {
            throw new CheckpointDamaged(directory, file.name(), "has " + size + " bytes instead of " + file.size());
        }
    }

    void run() throws IOException, CheckpointDamaged, InterruptedException {
        int helpers = Math.min(Runtime.getRuntime().availableProcessors(), chunks.size()) - 1;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < helpers; i++) {
            threads.add(Thread.ofPlatform().name("verify-" + i).start(this::work));
        }
        work();
        for (Thread thread : threads) {
            thread.join();
        }
        switch (failure.get()) {
            case null -> {}
            case CheckpointDamaged damaged -> throw damaged;
            case IOException io -> throw io;
            case Exception other -> throw new IOException("the files cannot be compared: " + other, other);
        }
    }

    private void work() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try {
            for (int at = next.getAndIncrement(); at < chunks.size(); at = next.getAndIncrement()) {
                if (failure.get() != null) {
                    return;
                }
                check(chunks.get(at), buffer);
            }
        } catch (IOException | CheckpointDamaged | RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void check(Chunk chunk, ByteBuffer buffer) throws IOException, CheckpointDamaged {
        String name = chunk.file().name();
        CRC32C crc = new CRC32C();
        try (FileChannel file = FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
            long at = chunk.start();
            while (at < chunk.end()) {
                buffer.clear().limit((int) Math.min(BUFFER, chunk.end() - at));
                int got = file.read(buffer, at);
                if (got <= 0) {
                    throw new CheckpointDamaged(
                            directory,
                            name,
                            "ends at byte " + at + " instead of " + chunk.file().size());
                }
                crc.update(buffer.flip());
                at += got;
            }
        } catch (NoSuchFileException e) {
            throw new CheckpointDamaged(directory, name, "is missing");
        }
        if ((int) crc.getValue() != chunk.expected()) {
            throw new CheckpointDamaged(
                    directory,
                    name,
                    "has other bytes than were written, between " + chunk.start() + " and " + chunk.end());
        }
    }
}
