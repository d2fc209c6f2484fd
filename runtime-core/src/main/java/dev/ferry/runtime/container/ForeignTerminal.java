package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.DeviceControl;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.UnixListener;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.oci.Process;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The way of a terminal's master from a runtime that makes it to the monitor: the runtime sends it to a socket at a path, the engine takes it
 * from there and hands it on. Without a terminal everything here does nothing. The path is gone when this is closed.
 */
final class ForeignTerminal implements AutoCloseable {
    /** It is sent before the runtime ends, and looked for after that. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int MESSAGE = 4096;

    private final @Nullable Ends ends;
    private final Process process;

    private record Ends(Path path, UnixListener listener, UnixSocket.Pair pair) {}

    private ForeignTerminal(@Nullable Ends ends, Process process) {
        this.ends = ends;
        this.process = process;
    }

    /**
     * What a process needs.
     *
     * @param folder where the socket may be, made if missing
     */
    static ForeignTerminal of(Process process, Path folder) throws IOException {
        if (!process.terminal()) {
            return new ForeignTerminal(null, process);
        }
        Path path = Files.createDirectories(folder)
                .resolve(UUID.randomUUID().toString().substring(0, 8) + ".tty");
        UnixListener listener = UnixListener.at(path);
        boolean done = false;
        try {
            var terminal =
                    new ForeignTerminal(new Ends(path, listener, UnixSocket.pair(UnixSocket.Kind.SEQPACKET)), process);
            done = true;
            return terminal;
        } finally {
            if (!done) {
                listener.close();
                Files.deleteIfExists(path);
            }
        }
    }

    /** What the runtime is told of it. */
    List<String> words() {
        return ends == null
                ? List.of()
                : List.of("--console-socket", ends.path().toString());
    }

    /** Where the monitor will find it. */
    void place(Map<MonitorFd, Fd> given) {
        if (ends != null) {
            given.put(MonitorFd.TTY_SOCKET, ends.pair().second().fd());
        }
    }

    /** Takes it from the runtime and gives it to the monitor; answers a copy, for the caller to own. Null without a terminal. */
    @Nullable
    Fd handOver() throws IOException {
        if (ends == null) {
            return null;
        }
        if (!Poll.readable(ends.listener().fd(), PATIENCE)) {
            throw new IOException("the runtime sent no terminal to \"" + ends.path() + "\"");
        }
        try (UnixSocket sender = ends.listener().accept()) {
            if (!Poll.readable(sender.fd(), PATIENCE)) {
                throw new IOException("the runtime sent no terminal over \"" + ends.path() + "\"");
            }
            List<Fd> sent = sender.receive(MESSAGE).fds();
            try {
                if (sent.size() != 1) {
                    throw new IOException("the runtime sent " + sent.size() + " descriptors instead of a terminal");
                }
                Fd master = sent.getFirst();
                Process.ConsoleSize size = process.consoleSize();
                if (size != null) {
                    DeviceControl.resize(master, new DeviceControl.WindowSize(size.height(), size.width()));
                }
                ends.pair().first().send(new byte[] {1}, master);
                return master.duplicateAtLeast(0);
            } finally {
                sent.forEach(Fd::close);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (ends != null) {
            ends.listener().close();
            ends.pair().close();
            Files.deleteIfExists(ends.path());
        }
    }
}
