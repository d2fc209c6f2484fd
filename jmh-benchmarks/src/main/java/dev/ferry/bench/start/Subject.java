package dev.ferry.bench.start;

import java.io.IOException;

/** Something that starts containers. Closing it removes what it made. */
public interface Subject extends AutoCloseable {

    /** As on the command line. */
    String name();

    /** What it is exactly, with its version. */
    String description();

    /**
     * Starts one container, waits for its end and removes it.
     *
     * @throws Exception whatever went wrong: a benchmark that failed is no measurement
     */
    Timing start() throws Exception;

    @Override
    void close() throws IOException;
}
