package dev.ferry.bench.migrate;

import java.io.IOException;

/** A way to move the container to the other host and, the next time, back. Closing it ends the container. */
interface Mover extends AutoCloseable {
    Passage move() throws Exception;

    @Override
    void close() throws IOException;
}
