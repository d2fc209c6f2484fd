package dev.ferry.migration.journal;

import dev.ferry.migration.journal.chronicle.ChronicleQueues;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/** A program that appends until it is killed, and prints each sequence number once it is acknowledged. Several threads, so that batches are torn too. */
final class AppendingProgram {
    private static final int THREADS = 3;

    private AppendingProgram() {}

    public static void main(String[] arguments) throws IOException {
        SegmentFormat format = format(arguments[0]);
        MigrationJournal journal = SegmentedJournal.open(format, Path.of(arguments[1]), entry -> {}, 0);
        PrintStream out = System.out;
        for (int t = 0; t < THREADS; t++) {
            Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        long sequence = journal.append(7, 1, "some text ".repeat(20));
                        // one write(2): a kill leaves whole lines or a last half one
                        out.println(sequence);
                    }
                } catch (JournalException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    static SegmentFormat format(String suffix) {
        return suffix.equals(".queue") ? new ChronicleQueues() : new PlainFiles();
    }
}
