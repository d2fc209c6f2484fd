package dev.ferry.criu.archive;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Computes the records of a checkpoint's files while CRIU still writes them, on a thread of its own, and asks the kernel to write them to disk
 * early. CRIU appends pages and uses one processor; by the time it asks for the commit nearly everything is hashed and on its way to the disk,
 * so that the container waits only for the rest.
 *
 * <p>Only files of memory pages are followed: CRIU writes them from front to back. All others are small and are read at the end.
 */
public final class ImageFollower implements AutoCloseable {
    private static final long PAUSE_NANOS = 2_000_000;

    private final CheckpointDirectory directory;
    private final Map<String, FileDigester> followed = new TreeMap<>();
    private final Thread thread;
    private volatile boolean ended;
    private volatile boolean failed;

    private ImageFollower(CheckpointDirectory directory) {
        this.directory = directory;
        this.thread = Thread.ofPlatform()
                .name("hash-" + directory.path().getFileName())
                .unstarted(this::follow);
    }

    /** Begins to follow the images of a checkpoint that is being written. */
    public static ImageFollower start(CheckpointDirectory directory) {
        ImageFollower follower = new ImageFollower(directory);
        follower.thread.start();
        return follower;
    }

    private void follow() {
        try {
            while (!ended) {
                if (advance() == 0) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (IOException e) {
            // what cannot be read now will be read, and reported, at the end
            failed = true;
        }
    }

    private long advance() throws IOException {
        long taken = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.images(), "pages-*.img")) {
            for (Path file : files) {
                String name = CheckpointDirectory.IMAGES + "/" + file.getFileName();
                FileDigester digester = followed.get(name);
                if (digester == null) {
                    digester = new FileDigester(file);
                    followed.put(name, digester);
                }
                taken += digester.advance();
            }
        }
        return taken;
    }

    /**
     * Ends following and returns the records of all files of the checkpoint, the followed ones brought up to date and the others read now.
     * Nobody may write into the directory any more.
     */
    public List<FileRecord> finish() throws IOException {
        stop();
        Map<String, FileDigester> known = failed ? new HashMap<>() : followed;
        List<FileRecord> records = new ArrayList<>();
        for (String name : directory.fileNames()) {
            FileDigester digester = known.get(name);
            if (digester != null) {
                records.add(digester.finish(name));
            } else {
                try (FileDigester whole = new FileDigester(directory.file(name))) {
                    records.add(whole.finish(name));
                }
            }
        }
        return records;
    }

    private void stop() {
        ended = true;
        LockSupport.unpark(thread);
        Uninterrupted.join(thread);
    }

    /** Ends following; harmless after {@link #finish}. */
    @Override
    public void close() throws IOException {
        stop();
        for (FileDigester digester : followed.values()) {
            digester.close();
        }
    }
}
