package dev.ferry.criu.archive;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
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
 * early. CRIU appends pages and uses one processor; by the time it asks for the commit nearly everything is summed up and on its way to the
 * disk, so that the container waits only for the rest.
 *
 * <p>Only files of memory pages are followed: CRIU writes them from front to back. All others are small and are read at the end.
 */
public final class ImageFollower implements AutoCloseable {
    private static final long PAUSE_NANOS = 2_000_000;
    /** How many bytes of a file go to the disk together. */
    private static final int STEP = 4 << 20;

    private final CheckpointDirectory directory;
    private final Map<String, Followed> followed = new TreeMap<>();
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
                Followed one = followed.get(name);
                if (one == null) {
                    one = new Followed(file);
                    followed.put(name, one);
                }
                taken += one.advance();
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
        Map<String, Followed> known = failed ? new HashMap<>() : followed;
        List<FileRecord> records = new ArrayList<>();
        for (String name : directory.fileNames()) {
            Followed one = known.get(name);
            if (one != null) {
                records.add(one.finish(name));
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
        for (Followed one : followed.values()) {
            one.close();
        }
    }

    /** A file that grows. */
    private static final class Followed implements AutoCloseable {
        private final FileDigester digester;
        private final Fd fd;
        private long sentToDisk;

        Followed(Path file) throws IOException {
            this.fd = OpenFiles.open(file, OpenFlags.O_RDONLY);
            try {
                this.digester = new FileDigester(file);
            } catch (IOException e) {
                fd.close();
                throw e;
            }
        }

        long advance() throws IOException {
            long taken = digester.advance(STEP);
            sendToDisk();
            return taken;
        }

        private void sendToDisk() throws IOException {
            long whole = digester.size() - digester.size() % STEP;
            if (whole > sentToDisk) {
                OpenFiles.beginWriteback(fd, sentToDisk, whole - sentToDisk);
                sentToDisk = whole;
            }
        }

        FileRecord finish(String name) throws IOException {
            return digester.finish(name);
        }

        @Override
        public void close() throws IOException {
            fd.close();
            digester.close();
        }
    }
}
