package dev.ferry.runtime.cgroup;

import org.jspecify.annotations.Nullable;

/** The kernel does not take the value of a limit. */
public final class LimitRefused extends CgroupException {
    private static final long serialVersionUID = 1L;

    LimitRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
