package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.StageStamp;
import dev.ferry.runtime.spawn.StatusPipe;
import dev.ferry.runtime.spawn.StatusReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Between created and running: the gate's key, and the pipe that tells what came of opening it. */
final class StartGate implements AutoCloseable {
    /** Loading a filter and executing a program from a slow disk: seconds at most, whatever the load. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Fd key;
    private final StatusPipe status;
    private final String program;
    private List<StageStamp> stamps = List.of();

    /** Takes both over. */
    StartGate(Fd key, StatusPipe status, String program) {
        this.key = Fd.adopt(key.release());
        this.status = status;
        this.program = program;
    }

    /** The first of the process's arguments. */
    String program() {
        return program;
    }

    List<StageStamp> stamps() {
        return stamps;
    }

    /** Lets the process through and waits until it has been executed, or has ended. */
    void open() throws SpawnException, IOException {
        try (this) {
            try {
                OpenFiles.writeFully(key, new byte[] {1});
            } catch (SyscallException e) {
                if (!e.is(Errno.EPIPE)) { // it has ended at the gate: the record tells how
                    throw e;
                }
            }
            for (StatusReport report : status.awaitClosed(PATIENCE)) {
                if (report instanceof StatusReport.Stamps times) {
                    stamps = times.stamps();
                }
            }
        }
    }

    @Override
    public void close() {
        key.close();
        status.close();
    }
}
