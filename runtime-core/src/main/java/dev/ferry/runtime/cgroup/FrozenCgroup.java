package dev.ferry.runtime.cgroup;

import java.io.IOException;

/** A cgroup whose processes stand still until this is closed. */
public final class FrozenCgroup implements AutoCloseable {
    private final Cgroup cgroup;
    private boolean thawOnClose = true;

    FrozenCgroup(Cgroup cgroup) {
        this.cgroup = cgroup;
    }

    /** The cgroup. */
    public Cgroup cgroup() {
        return cgroup;
    }

    /** Leaves the processes stopped when this is closed: a pause that is to last. */
    public void keepFrozen() {
        thawOnClose = false;
    }

    /** Lets the processes run again; the second time does nothing. */
    @Override
    public void close() throws IOException {
        if (thawOnClose) {
            thawOnClose = false;
            cgroup.thaw();
        }
    }
}
