package dev.ferry.store.content;

import java.io.IOException;

/**
 * Told before every change that is made on disk, in order. The default does nothing; a test throws at the n-th call and at
 * all later ones, which stops the work exactly where a crash would, cleanup included.
 */
@FunctionalInterface
public interface StepListener {
    /** Nobody listens. */
    StepListener NONE = step -> {};

    /** Called before the step named; an exception keeps the step from being made. */
    void before(String step) throws IOException;
}
