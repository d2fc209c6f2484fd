package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Processes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import java.io.IOException;
import java.time.Duration;

/** A program that has been started: our child until it is reaped with {@link dev.ferry.runtime.linux.WaitPid}. */
public final class Spawned implements AutoCloseable {
    private PidFd process;
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

    /**
     * Waits until a program that may go on as a sibling of itself, made with CLONE_PARENT, has said as whom, reaps the first process
     * and holds the second from then on.
     *
     * @param word of the message with the sibling's process id; 0 says that there is none
     * @throws StepFailed when it reported a failure instead
     * @throws ChildDied when it ended or was silent instead
     */
    public void follow(int word, Duration atMost) throws SpawnException, IOException {
        int pid = (int) status.awaitMessage(word, atMost)
                .orElseThrow(() -> new ChildDied("process " + pid(), "ended and did not say as whom it goes on"));
        if (pid == 0) {
            return;
        }
        PidFd first = process;
        try {
            process = PidFd.open(pid); // a child of ours now: its number is taken until we reap it
        } catch (SyscallException e) {
            Processes.kill(pid, ProcessConstants.SIGKILL); // else nobody would know of it
            WaitPid.await(pid);
            throw e;
        }
        WaitPid.await(first.pid());
        first.close();
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
