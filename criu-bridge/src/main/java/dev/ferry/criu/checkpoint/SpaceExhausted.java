package dev.ferry.criu.checkpoint;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.SyscallException;
import java.io.IOException;

/** The disk is full. Java tells it only by the text of the kernel's message. */
final class SpaceExhausted extends IOException {
    private static final long serialVersionUID = 1L;

    private SpaceExhausted(IOException cause) {
        super("no space left on device", cause);
    }

    /** This exception if the cause is a full disk, else the cause itself. */
    static IOException orSame(IOException cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            boolean full = at instanceof SyscallException call
                    ? call.is(Errno.ENOSPC) || call.is(Errno.EDQUOT)
                    : at instanceof IOException
                            && String.valueOf(at.getMessage()).contains("No space left on device");
            if (full) {
                return new SpaceExhausted(cause);
            }
        }
        return cause;
    }
}
