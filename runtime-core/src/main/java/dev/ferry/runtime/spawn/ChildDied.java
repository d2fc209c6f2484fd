package dev.ferry.runtime.spawn;

import java.io.Serial;

/** The process ended before it had reported success or failure. */
public final class ChildDied extends SpawnException {
    @Serial
    private static final long serialVersionUID = 1;

    /** {@code what} says how it ended, as far as that is known. */
    public ChildDied(String program, String what) {
        super(program + " ended without a report: " + what, null);
    }
}
