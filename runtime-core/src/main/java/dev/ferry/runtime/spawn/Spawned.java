package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.PidFd;

/** A program that has been started: our child until it is reaped with {@link dev.ferry.runtime.linux.WaitPid}. */
public final class Spawned implements AutoCloseable {
    private final PidFd process;
    private final StatusPipe status;

    Spawned(PidFd process, StatusPipe status) {
        this.process = process;
        this.status = status;
    }

    /** Its number. */
    public int pid() {
        return process.pid();
    }

    /** The process itself; borrowed. */
    public PidFd process() {
        return process;
    }

    /** What it says; borrowed. */
    public StatusPipe status() {
        return status;
    }

    /** Drops our handles; the process is neither ended nor reaped. */
    @Override
    public void close() {
        status.close();
        process.close();
    }
}
