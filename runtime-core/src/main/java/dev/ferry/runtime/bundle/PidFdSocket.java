package dev.ferry.runtime.bundle;

import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.UnixSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Somebody who is to hold a process by a descriptor, which cannot come to mean another one as a number can. unix(7), SCM_RIGHTS */
final class PidFdSocket implements AutoCloseable {
    /** What runc calls it. */
    private static final byte[] NAME = "pidfd".getBytes(StandardCharsets.UTF_8);

    private final @Nullable UnixSocket socket;

    private PidFdSocket(@Nullable UnixSocket socket) {
        this.socket = socket;
    }

    /** Connects, so that nothing is made for somebody who is not there. */
    static PidFdSocket connect(Optional<Path> path) throws RuntimeRefused {
        if (path.isEmpty()) {
            return new PidFdSocket(null);
        }
        try {
            return new PidFdSocket(UnixSocket.connect(path.get()));
        } catch (IOException e) {
            throw new RuntimeRefused(
                    "cannot connect to the pidfd socket \"%s\": %s; have somebody listen there"
                            .formatted(path.get(), e.getMessage()),
                    e);
        }
    }

    void send(int pid) throws IOException {
        if (socket == null) {
            return;
        }
        try (PidFd process = PidFd.open(pid)) {
            socket.send(NAME, process.fd());
        }
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
