package dev.ferry.runtime.cgroup;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What can go wrong with a cgroup besides plain input and output. */
public abstract sealed class CgroupException extends IOException permits LimitRefused, LimitUnsupported, CgroupBusy {
    private static final long serialVersionUID = 1L;

    CgroupException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
