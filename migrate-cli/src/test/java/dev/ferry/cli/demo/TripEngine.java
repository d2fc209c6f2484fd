package dev.ferry.cli.demo;

import dev.ferry.api.client.EngineClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** An engine that a job goes to and comes from. */
interface TripEngine extends AutoCloseable {
    /** What the other engine calls it. */
    String name();

    EngineClient client();

    /** What it holds, each kind of thing with how often, as far as it can be looked at from here. */
    Map<String, Integer> holdings() throws IOException, InterruptedException;

    /** Processes that hold a file of this engine, but not the engine, as far as they can be seen from here. */
    List<String> holders() throws IOException;

    @Override
    void close() throws IOException;
}
