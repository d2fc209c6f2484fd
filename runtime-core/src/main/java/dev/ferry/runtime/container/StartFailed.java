package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.spawn.StepFailed;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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

    StartFailed(String message, String step, Errno errno, int exitCode, @Nullable Exception cause) {
        super(message, cause);
        this.step = step;
        this.errno = errno;
        this.exitCode = exitCode;
    }

    /**
     * What docker says about that failure.
     *
     * @param program the first of the process's arguments
     */
    static StartFailed of(StepFailed failure, String program) {
        if (failure.step().call() != Syscall.EXECVE) {
            return new StartFailed(
                    String.valueOf(failure.getMessage()), failure.label(), failure.errno(), 128, failure);
        }
        return notExecuted(failure.label(), failure.errno(), program, failure);
    }

    /** The same for a step of which only its name, label and error are known. */
    static StartFailed of(String call, String label, Errno errno, String program) {
        if (!call.equals(Syscall.EXECVE.name())) {
            return new StartFailed(label + ": " + errno.text(), label, errno, 128, null);
        }
        return notExecuted(label, errno, program, null);
    }

    private static StartFailed notExecuted(String label, Errno errno, String program, @Nullable Exception failure) {
        String why = switch (errno) {
            case ENOENT, ENOTDIR ->
                program.indexOf('/') < 0
                        ? "executable file not found in $PATH"
                        : "stat " + program + ": " + words(errno);
            default -> words(errno);
        };
        int code = errno == Errno.ENOENT || errno == Errno.ENOTDIR ? 127 : 126;
        return new StartFailed("exec: \"" + program + "\": " + why, label, errno, code, failure);
    }

    private static String words(Errno errno) {
        return errno.text().toLowerCase(Locale.ROOT);
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
