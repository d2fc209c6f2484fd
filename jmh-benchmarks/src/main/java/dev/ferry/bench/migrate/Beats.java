package dev.ferry.bench.migrate;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The beats of a container, each with the time at which somebody outside read it. */
interface Beats {
    /** The program: fills so much memory with what cannot be compressed, then writes a byte every two milliseconds, with no process made for it. */
    static List<String> program(long bytes) {
        return List.of(
                "/bin/sh",
                "-c",
                "dd if=/dev/urandom bs=" + bytes + " count=1 iflag=fullblock"
                        // whoever gets the first byte knows that the block is in memory; nobody takes the rest
                        + " | { dd bs=1 count=1 of=/dev/null; echo > /filled; sleep 1000000; } &"
                        + " until [ -e /filled ]; do sleep 1; done;"
                        + " sleep 1000000 | while :; do read -t 0.002 x; echo; done");
    }

    /** Those since then, oldest first. */
    List<Instant> since(Instant from) throws IOException;

    /** Waits for a beat after that. */
    default void awaitAfter(Instant from) throws IOException {
        Duration patience = Duration.ofSeconds(60);
        long deadline = System.nanoTime() + patience.toNanos();
        while (since(from).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the container has not given a sign of life for " + patience.toSeconds() + " s: "
                        + this + "; is there enough memory?");
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /** Those that a monitor has put into a container's log. */
    record InLog(Path log) implements Beats {
        @Override
        public List<Instant> since(Instant from) throws IOException {
            return LogTimes.since(log, from);
        }
    }
}
