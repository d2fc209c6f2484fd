package dev.ferry.engine.log;

import java.io.IOException;

/** Takes what a container wrote. */
@FunctionalInterface
public interface FrameSink {

    /**
     * Some bytes of one stream.
     *
     * @param stream 1 for standard output or a terminal, 2 for standard error
     * @throws IOException if nobody listens any more: reading ends
     */
    void write(int stream, byte[] bytes) throws IOException;
}
