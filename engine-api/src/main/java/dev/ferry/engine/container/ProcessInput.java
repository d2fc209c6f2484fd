package dev.ferry.engine.container;

import dev.ferry.runtime.container.ContainerProcess;
import java.io.IOException;
import java.io.OutputStream;

/** The way to what a container reads, for a client that may come before the container runs. */
public final class ProcessInput {

    private final Container container;
    private final WaitTicket end;

    /**
     * Of one container.
     *
     * @param end the end after which nothing is waited for any more
     */
    public ProcessInput(Container container, WaitTicket end) {
        this.container = container;
        this.end = end;
    }

    /**
     * Waits until the container runs, and opens its input.
     *
     * @throws IOException if it has ended by then
     */
    public OutputStream open() throws IOException, InterruptedException {
        container.await((exits, removed) -> container.process() != null || end.isOver(), -1);
        ContainerProcess process = container.process();
        if (process == null) {
            throw new IOException("container " + container.id() + " has ended");
        }
        return process.stdin();
    }

    /** The client will send no more. The container sees the end of its input if it was promised one client only. */
    public void ended() throws IOException {
        ContainerProcess process = container.process();
        if (process != null
                && container.record().config().stdinOnce()
                && !container.record().config().tty()) {
            process.closeStdin();
        }
    }
}
