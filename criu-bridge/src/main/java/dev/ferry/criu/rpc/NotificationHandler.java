package dev.ferry.criu.rpc;

import dev.ferry.runtime.linux.Fd;
import java.io.IOException;
import java.util.List;

/** Answers CRIU's notifications. */
@FunctionalInterface
public interface NotificationHandler {
    /**
     * Decides whether CRIU goes on. CRIU, and whatever it has frozen, waits for the answer.
     *
     * @param notification where CRIU is
     * @param descriptors what came with it; closed by the caller afterwards
     * @throws IOException counts as "no" and ends the operation
     */
    boolean answer(Notification notification, List<Fd> descriptors) throws IOException;
}
