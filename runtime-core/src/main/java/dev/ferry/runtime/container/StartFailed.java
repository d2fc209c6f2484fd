package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;

/**
 * The container's program could not be executed. The message is the one that docker's users know.
 *
 * <p>The container is over when this is thrown: nothing of it runs any more.
 */
public final class StartFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final String step;
    private final Errno errno;
    private final int exitCode;

    StartFailed(String message, String step, Errno errno, int exitCode, Exception cause) {
        super(message, cause);
        this.step = step;
        this.errno = errno;
        this.exitCode = exitCode;
    }

    /** The step that failed, in words. */
    public String step() {
        return step;
    }

    /** What the kernel said. */
    public Errno errno() {
        return errno;
    }

    /** 127 when there is no such program, 126 when there is one that cannot be executed, 128 for everything else. */
    public int exitCode() {
        return exitCode;
    }
}
