package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.SyscallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A process that stands still for a while. Whatever a test does in between, it goes on afterwards: who waits for its end waits for ever else. */
final class StoppedProcess implements AutoCloseable {
    private static final int SIGCONT = 18;
    private static final int SIGSTOP = 19;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final PidFd process;

    private StoppedProcess(PidFd process) {
        this.process = process;
    }

    /** Returns when it has stopped, which is some time after the signal. */
    static StoppedProcess stop(int pid) throws Exception {
        StoppedProcess stopped = new StoppedProcess(PidFd.open(pid));
        boolean done = false;
        try {
            stopped.process.sendSignal(SIGSTOP);
            awaitState(pid, 'T');
            done = true;
            return stopped;
        } finally {
            if (!done) {
                stopped.close();
            }
        }
    }

    /** Waits until the process is in a state as proc_pid_status(5) names it. */
    static void awaitState(int pid, char state) throws Exception {
        Path status = Path.of("/proc/" + pid + "/status");
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(status).contains("State:\t" + state)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("process " + pid + " did not come to state " + state);
            }
            Thread.sleep(1);
        }
    }

    /** One that is over needs nothing. */
    void goOn() throws SyscallException {
        try {
            process.sendSignal(SIGCONT);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    @Override
    public void close() throws SyscallException {
        try (process) {
            goOn();
        }
    }
}
