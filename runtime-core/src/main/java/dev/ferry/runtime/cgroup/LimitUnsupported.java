package dev.ferry.runtime.cgroup;

import org.jspecify.annotations.Nullable;

/** This host has no way to keep a limit that was asked for; nothing was changed. */
public final class LimitUnsupported extends CgroupException {
    private static final long serialVersionUID = 1L;

    LimitUnsupported(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
