package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.WaitStatus;
import dev.ferry.runtime.oci.Hooks;
import java.io.IOException;
import java.io.Serial;
import java.nio.charset.StandardCharsets;

/** A hook did not do its work: it could not be executed, failed, or took longer than it may. */
public final class HookFailed extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Bytes of its output that an error shows. */
    private static final int SHOWN = 2000;

    /** What a process made of us says when there is no such program. */
    private static final int NOT_EXECUTED = 127;

    /** {@code what} says what became of it. */
    public HookFailed(String kind, Hooks.Hook hook, String what) {
        super("%s hook \"%s\" %s".formatted(kind, hook.path(), what));
    }

    /**
     * By its wait status.
     *
     * @param said its output; empty if that is not known
     */
    static HookFailed of(String kind, Hooks.Hook hook, int status, String said) {
        var ended = new WaitStatus(status);
        String what;
        if (ended.isExited()) {
            what = "ended with " + ended.exitCode();
            if (ended.exitCode() == NOT_EXECUTED) {
                what += " (as does one that cannot be executed)";
            }
        } else if (hook.timeout() != null) {
            what = "was ended by signal %d (as is one that does not end within its %d s)"
                    .formatted(ended.signal(), hook.timeout());
        } else {
            what = "was ended by signal " + ended.signal();
        }
        return new HookFailed(kind, hook, said.isEmpty() ? what : what + ", and said: " + said);
    }

    /** What stands in the file that hooks write to. */
    public static String said(Fd output) throws IOException {
        return new String(OpenFiles.readAt(output, 0, SHOWN), StandardCharsets.UTF_8).strip();
    }
}
