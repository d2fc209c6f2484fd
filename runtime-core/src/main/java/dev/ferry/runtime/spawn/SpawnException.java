package dev.ferry.runtime.spawn;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A program did not do what it was started for. */
public abstract sealed class SpawnException extends Exception permits StepFailed, ChildDied, ReportGarbled {
    @Serial
    private static final long serialVersionUID = 1;

    SpawnException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
