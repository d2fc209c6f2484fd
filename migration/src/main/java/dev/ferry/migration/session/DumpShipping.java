package dev.ferry.migration.session;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.Uninterrupted;
import dev.ferry.migration.transfer.Link;
import dev.ferry.migration.transfer.Shipment;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends the pages of a dump while CRIU writes them, on a thread of its own, so that only the rest is left when the dump is complete. CRIU
 * writes files of pages from front to back; all others are small and are left to the end.
 */
final class DumpShipping {
    /** Before the names of a checkpoint's files. */
    static final String STREAM = "dump/";

    private static final long PAUSE_NANOS = 1_000_000;
    /** For the benchmark that ADR 0019 rests on, and for nobody else: nothing is sent before the dump is complete. */
    private static final boolean AFTER_DUMP = Boolean.getBoolean("dev.ferry.migration.shipAfterDump");

    private final CheckpointDirectory directory;
    private final Shipment shipment;
    private final Link link;
    private final Thread thread;
    private final long before;
    private volatile boolean ended;
    private volatile @Nullable IOException failure;

    private DumpShipping(CheckpointDirectory directory, Shipment shipment, Link link) {
        this.directory = directory;
        this.shipment = shipment;
        this.link = link;
        this.before = shipment.sent();
        this.thread = Thread.ofPlatform()
                .name("ship-" + directory.path().getFileName())
                .unstarted(this::run);
    }

    static DumpShipping start(CheckpointDirectory directory, Shipment shipment, Link link) {
        DumpShipping shipping = new DumpShipping(directory, shipment, link);
        shipping.thread.start();
        return shipping;
    }

    private void run() {
        try {
            while (!ended && !AFTER_DUMP) {
                if (advance() == 0) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private long advance() throws IOException {
        if (!Files.isDirectory(directory.images())) {
            return 0;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.images(), "pages-*.img")) {
            for (Path file : files) {
                shipment.add(STREAM + CheckpointDirectory.IMAGES + "/" + file.getFileName(), file);
            }
        }
        return link.ship();
    }

    /** Ends it; what is left is the caller's to send. Returns how many bytes went. */
    long finish() throws IOException {
        stop();
        IOException why = failure;
        if (why != null) {
            throw why;
        }
        return shipment.sent() - before;
    }

    /** Ends it, whatever has become of it. */
    void stop() {
        ended = true;
        LockSupport.unpark(thread);
        Uninterrupted.join(thread);
    }
}
