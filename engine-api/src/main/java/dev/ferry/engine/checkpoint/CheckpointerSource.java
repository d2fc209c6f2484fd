package dev.ferry.engine.checkpoint;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.checkpoint.Checkpointer;
import java.io.IOException;

/** Gives the engine's checkpointer. Asked anew each time, so that a CRIU that is installed later is found. */
@FunctionalInterface
public interface CheckpointerSource {
    /** @throws dev.ferry.criu.CriuMissing if there is no CRIU */
    Checkpointer checkpointer() throws CriuException, IOException;
}
