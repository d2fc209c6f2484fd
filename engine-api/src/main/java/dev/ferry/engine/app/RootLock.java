package dev.ferry.engine.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The right to change a root directory: one engine holds it, and the kernel gives it back when that engine dies. fcntl(2) */
final class RootLock implements AutoCloseable {

    private final FileChannel channel;

    private RootLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the right, or says who has it.
     *
     * @throws IOException if another engine owns the directory
     */
    static RootLock take(Path root) throws IOException {
        Files.createDirectories(root);
        Path file = root.resolve("engine.lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                ByteBuffer text = ByteBuffer.allocate(32);
                channel.read(text, 0);
                String pid =
                        StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
                throw new IOException("root \"" + root + "\" belongs to a running engine"
                        + (pid.isEmpty() ? "" : " (process " + pid + ")")
                        + ": stop it first, or give this one another --root");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            return new RootLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
