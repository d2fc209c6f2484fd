package dev.ferry.criu.checkpoint;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.SyscallException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Recognises a full disk. The JDK's file calls tell it only by the text of the kernel's message. */
final class FullDisk {
    private FullDisk() {}

    static boolean isCauseOf(IOException failure) {
        for (@Nullable Throwable at = failure; at != null; at = at.getCause()) {
            boolean full = at instanceof SyscallException call
                    ? call.is(Errno.ENOSPC) || call.is(Errno.EDQUOT)
                    : String.valueOf(at.getMessage()).contains("No space left on device");
            if (full) {
                return true;
            }
        }
        return false;
    }
}
