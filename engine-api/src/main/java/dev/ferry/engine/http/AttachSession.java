package dev.ferry.engine.http;

import dev.ferry.engine.log.FrameSink;
import dev.ferry.engine.log.LogQuery;
import dev.ferry.engine.log.LogReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client at a process's stdio: output comes from the log as it grows, input goes to the process. The session ends when the
 * output has, or when the user detaches; the client's half close ends only the input.
 *
 * @param log where the output is
 * @param from where in it to begin
 * @param over whether nothing will be added any more
 * @param input gives the way to the process's input, waiting until it runs; null-free: asked only if input is wanted
 */
public record AttachSession(
        Path log,
        long from,
        LogQuery query,
        BooleanSupplier over,
        boolean tty,
        Input input,
        boolean wantsInput,
        String detachKeys) {

    private static final Logger LOG = LoggerFactory.getLogger(AttachSession.class);

    /** The way to a process's input. */
    public interface Input {
        /** Waits until there is a process, and opens its input. */
        OutputStream open() throws IOException, InterruptedException;

        /** The client will send nothing more. */
        void ended() throws IOException;

        /** Made of its two parts. */
        static Input of(Opening opening, Ending ending) {
            return new Input() {
                @Override
                public OutputStream open() throws IOException, InterruptedException {
                    return opening.open();
                }

                @Override
                public void ended() throws IOException {
                    ending.ended();
                }
            };
        }
    }

    /** Opens an input, waiting for its process. */
    @FunctionalInterface
    public interface Opening {
        OutputStream open() throws IOException, InterruptedException;
    }

    /** Ends an input. */
    @FunctionalInterface
    public interface Ending {
        void ended() throws IOException;
    }

    /** Serves the client. Returns whether the user detached. */
    public boolean run(Hijack connection) throws IOException, InterruptedException {
        AtomicBoolean detached = new AtomicBoolean();
        if (wantsInput) {
            Thread.ofVirtual().name("attach-input").start(() -> pump(connection, detached));
        }
        FrameSink sink = RawStream.sink(connection.output(), tty);
        LogReader.read(log, from, query, () -> detached.get() || over.getAsBoolean(), sink);
        return detached.get();
    }

    private void pump(Hijack connection, AtomicBoolean detached) {
        DetachKeys keys = DetachKeys.parse(detachKeys);
        byte[] buffer = new byte[32 * 1024];
        try (InputStream in = connection.input()) {
            OutputStream process = input.open();
            while (true) {
                int count = in.read(buffer);
                if (count < 0) {
                    input.ended();
                    return;
                }
                byte[] typed = tty ? keys.feed(buffer, count) : Arrays.copyOf(buffer, count);
                if (typed.length > 0) {
                    process.write(typed);
                    process.flush();
                }
                if (tty && keys.isDetached()) {
                    detached.set(true);
                    connection.close();
                    return;
                }
            }
        } catch (IOException | InterruptedException e) {
            LOG.debug("input of an attached client ended", e);
        }
    }
}
