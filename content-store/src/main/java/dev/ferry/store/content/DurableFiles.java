package dev.ferry.store.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Replaces files so that a crash at any moment leaves either the old bytes or the new ones: temporary file in the same
 * directory, fsync, rename, fsync of the directory.
 */
public final class DurableFiles {
    private final StepListener steps;

    public DurableFiles(StepListener steps) {
        this.steps = steps;
    }

    /** Makes {@code file} hold {@code bytes}, durably. */
    public void replace(Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + randomName());
        try {
            steps.before("write " + temporary);
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            move(temporary, file);
        } catch (IOException | RuntimeException e) {
            discard(temporary, e);
            throw e;
        }
    }

    /** Renames {@code from}, whose bytes are on disk already, over {@code to} and makes the rename durable. */
    public void move(Path from, Path to) throws IOException {
        steps.before("rename " + from + " to " + to);
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        steps.before("sync " + to.getParent());
        sync(parent(to));
    }

    /** Makes the entries of a directory durable. fsync(2) */
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** A name that no other writer of the same directory will choose. */
    public static String randomName() {
        return "%016x".formatted(ThreadLocalRandom.current().nextLong());
    }

    private void discard(Path temporary, Exception because) {
        try {
            steps.before("delete " + temporary);
            Files.deleteIfExists(temporary);
        } catch (IOException | RuntimeException e) {
            because.addSuppressed(e);
        }
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("\"" + file + "\" has no directory");
        }
        return parent;
    }
}
