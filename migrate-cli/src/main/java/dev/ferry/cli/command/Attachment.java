package dev.ferry.cli.command;

import dev.ferry.api.wire.FrameReader;
import dev.ferry.api.wire.Hijacked;
import dev.ferry.cli.render.Console;
import dev.ferry.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a container's or an exec's streams: the console's input goes there, its output comes here, until the other
 * side ends or the user presses ctrl-p ctrl-q on a terminal.
 */
final class Attachment implements AutoCloseable {
    private static final Duration RESIZE_POLL = Duration.ofMillis(400);
    private static final int CTRL_P = 0x10;
    private static final int CTRL_Q = 0x11;

    /** Tells the engine how large the terminal is. */
    @FunctionalInterface
    interface Resizer {
        void resize(int rows, int columns) throws IOException;
    }

    private final Hijacked stream;
    private final boolean tty;
    private final Console console;
    private final Terminal.@Nullable Raw raw;
    private final AtomicBoolean detached = new AtomicBoolean();

    private Attachment(Hijacked stream, boolean tty, Console console, Terminal.@Nullable Raw raw) {
        this.stream = stream;
        this.tty = tty;
        this.console = console;
        this.raw = raw;
    }

    /**
     * Takes over a stream, and the terminal when there is one and the other side has one too.
     *
     * @param stdin whether the console's input is sent
     */
    static Attachment of(Hijacked stream, boolean tty, boolean stdin, Console console) throws IOException {
        Terminal.Raw raw = tty && stdin && Terminal.isInput() ? Terminal.raw() : null;
        Attachment attachment = new Attachment(stream, tty, console, raw);
        if (stdin) {
            daemon("console-input", attachment::sendInput);
        }
        return attachment;
    }

    /** Keeps the other side's terminal as large as this one. */
    void follow(Resizer resizer) {
        if (raw != null) {
            daemon("terminal-size", () -> followSize(resizer));
        }
    }

    /**
     * Shows the output until it ends.
     *
     * @return false when the user has detached
     */
    boolean await() throws IOException {
        OutputStream out = new FlushedOutput(console.rawOutput());
        try {
            if (tty) {
                stream.in().transferTo(out);
            } else {
                new FrameReader(stream.in()).copy(out, console.rawError());
            }
        } catch (ClosedChannelException e) {
            if (!detached.get()) {
                throw e;
            }
        }
        return !detached.get();
    }

    @Override
    public void close() throws IOException {
        if (raw != null) {
            raw.close();
        }
        stream.close();
    }

    private void sendInput() {
        byte[] buffer = new byte[16 * 1024];
        boolean half = false;
        InputStream in = console.rawInput();
        try {
            int n;
            while ((n = in.read(buffer)) >= 0) {
                if (tty) {
                    for (int i = 0; i < n; i++) {
                        if (half && buffer[i] == CTRL_Q) {
                            detached.set(true);
                            stream.close();
                            return;
                        }
                        half = buffer[i] == CTRL_P;
                    }
                }
                stream.out().write(buffer, 0, n);
            }
            stream.closeOutput();
        } catch (IOException e) {
            // the other side ended; its output says all there is to say
        }
    }

    private static void followSize(Resizer resizer) {
        Optional<Terminal.Size> known = Optional.empty();
        try {
            while (true) {
                Optional<Terminal.Size> now = Terminal.size();
                if (now.isPresent() && !now.equals(known)) {
                    resizer.resize(now.get().rows(), now.get().columns());
                    known = now;
                }
                Thread.sleep(RESIZE_POLL);
            }
        } catch (IOException e) {
            // ended meanwhile
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
