package dev.ferry.criu.checkpoint;

import java.io.IOException;

/** Is told of each phase before it begins, and makes it durable. Called on the thread that runs the operation, while the container is frozen. */
@FunctionalInterface
public interface PhaseListener {
    /** Remembers nothing: for callers that have no record to keep. */
    PhaseListener NONE = phase -> {};

    /**
     * Called before the phase begins.
     *
     * @throws IOException if the phase could not be made durable; it is then not entered and the operation is called off
     */
    void entering(Phase phase) throws IOException;

    /**
     * Called at each point on the way that is no phase, for a trace of where an operation is: with the name of each of CRIU's
     * notifications before anything is done about it, and with {@code Commit} before the manifest is written.
     *
     * @throws IOException calls the operation off if that is still possible
     */
    default void passing(String point) throws IOException {}
}
