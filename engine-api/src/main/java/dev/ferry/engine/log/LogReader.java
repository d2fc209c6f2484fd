package dev.ferry.engine.log;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.monitor.LogFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Reads one log on behalf of one client. */
public final class LogReader {

    /** How long a reader sleeps at most before it looks whether its client or its container has gone. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

    private LogReader() {}

    /** Where a log ends now; 0 if it is not there. */
    public static long end(Path log) throws IOException {
        return Files.exists(log) ? Files.size(log) : 0;
    }

    /** Where there is something from a place on: the beginning may have been given back. */
    private static long firstData(Path log, long from) throws IOException {
        try (Fd fd = OpenFiles.open(log, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC)) {
            return OpenFiles.firstData(fd, from).orElse(from);
        }
    }

    /**
     * Delivers what is asked for, and with {@code follow} what comes.
     *
     * @param from the first byte to look at
     * @param over whether nothing will be added any more; what is in the log by then is still delivered
     */
    public static void read(Path log, long from, LogQuery query, BooleanSupplier over, FrameSink sink)
            throws IOException, InterruptedException {
        if (!Files.exists(log)) {
            return;
        }
        try (LogFrames frames = LogFrames.open(log)) {
            frames.seek(firstData(log, from));
            Lines lines = new Lines(query, sink);
            while (true) {
                // asked before reading: what was written before the end is then surely read
                boolean last = !query.follow() || over.getAsBoolean();
                if (!drain(frames, frames.size(), query, lines, sink)) {
                    return;
                }
                lines.caughtUp();
                if (last) {
                    lines.finish();
                    return;
                }
                frames.awaitGrowth(LOOK);
            }
        }
    }

    /**
     * Reads what there was when it was asked for, since the log may grow as fast as it is read.
     *
     * @return whether more may come: false behind the end of the wanted time
     */
    private static boolean drain(LogFrames frames, long end, LogQuery query, Lines lines, FrameSink sink)
            throws IOException {
        while (frames.position() < end) {
            Optional<LogFrame> next = frames.next();
            if (next.isEmpty()) {
                return true;
            }
            LogFrame frame = next.get();
            if (query.until() != null && frame.at().isAfter(query.until())) {
                lines.caughtUp();
                lines.finish();
                return false;
            }
            if (!query.wants(frame.stream())
                    || (query.since() != null && frame.at().isBefore(query.since()))) {
                continue;
            }
            if (query.isPlain()) {
                sink.write(frame.stream(), frame.bytes());
            } else {
                lines.add(frame);
            }
        }
        return true;
    }

    /** Puts lines together that frames have cut, keeps the last ones, and marks them with their time. */
    private static final class Lines {
        private final LogQuery query;
        private final FrameSink sink;
        private final ArrayDeque<Line> kept = new ArrayDeque<>();
        private final List<Partial> partials = List.of(new Partial(), new Partial(), new Partial());
        private boolean live;

        Lines(LogQuery query, FrameSink sink) {
            this.query = query;
            this.sink = sink;
        }

        void add(LogFrame frame) throws IOException {
            Partial partial = partials.get(frame.stream() == 2 ? 2 : 1);
            byte[] bytes = frame.bytes();
            int start = 0;
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == '\n') {
                    partial.add(frame.at(), bytes, start, i + 1 - start);
                    emit(partial.take(frame.stream()));
                    start = i + 1;
                }
            }
            if (start < bytes.length) {
                partial.add(frame.at(), bytes, start, bytes.length - start);
            }
        }

        /** Everything that was in the log is known: the last lines of it are due. */
        void caughtUp() throws IOException {
            if (!live) {
                live = true;
                for (Line line : kept) {
                    sink.write(line.stream(), line.bytes());
                }
                kept.clear();
            }
        }

        void finish() throws IOException {
            for (int stream = 1; stream <= 2; stream++) {
                Partial partial = partials.get(stream);
                if (partial.isStarted()) {
                    emit(partial.take(stream));
                }
            }
        }

        private void emit(Line line) throws IOException {
            Line marked = line.marked(query);
            if (live || query.tail() < 0) {
                sink.write(marked.stream(), marked.bytes());
                return;
            }
            kept.addLast(marked);
            while (kept.size() > query.tail()) {
                kept.removeFirst();
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Line(int stream, Instant at, byte[] bytes) {
        Line marked(LogQuery query) {
            String time = query.timestamps() ? TIME.format(at) + " " : "";
            String details = query.details().isEmpty() ? "" : query.details() + " ";
            byte[] mark = (time + details).getBytes(StandardCharsets.UTF_8);
            byte[] all = new byte[mark.length + bytes.length];
            System.arraycopy(mark, 0, all, 0, mark.length);
            System.arraycopy(bytes, 0, all, mark.length, bytes.length);
            return new Line(stream, at, all);
        }
    }

    /** A line that has no end yet. */
    private static final class Partial {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<Instant> begun = new ArrayList<>(1);

        void add(Instant at, byte[] source, int offset, int length) {
            if (begun.isEmpty()) {
                begun.add(at);
            }
            bytes.write(source, offset, length);
        }

        boolean isStarted() {
            return !begun.isEmpty();
        }

        Line take(int stream) {
            Line line = new Line(stream, begun.getFirst(), bytes.toByteArray());
            bytes.reset();
            begun.clear();
            return line;
        }
    }
}
