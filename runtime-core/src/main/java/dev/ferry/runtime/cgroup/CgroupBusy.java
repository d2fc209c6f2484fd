package dev.ferry.runtime.cgroup;

import org.jspecify.annotations.Nullable;

/** Processes did not stop, or did not leave, before the deadline. */
public final class CgroupBusy extends CgroupException {
    private static final long serialVersionUID = 1L;

    CgroupBusy(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
