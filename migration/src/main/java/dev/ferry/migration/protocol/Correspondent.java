package dev.ferry.migration.protocol;

import java.io.IOException;

/** What an engine does with what comes from another one. Called on threads of the connection's. */
public interface Correspondent {

    /** Answers. Requests of one connection may be answered at the same time, each on a thread of its own that may block. */
    Reply answer(String peer, Request request);

    /**
     * Takes bytes. Called in the order of arrival by one thread of each connection; the connection reads nothing more until it returns.
     *
     * @throws IOException breaks the connection
     */
    void take(String peer, Chunk chunk) throws IOException;
}
