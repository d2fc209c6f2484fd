package dev.ferry.bench.migrate;

import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.monitor.LogFrames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** When the frames of a log were written. */
final class LogTimes {
    private LogTimes() {}

    /** Of the frames since then; none while there is no log. */
    static List<Instant> since(Path log, Instant from) throws IOException {
        List<Instant> times = new ArrayList<>();
        if (!Files.exists(log)) {
            return times;
        }
        try (LogFrames frames = LogFrames.open(log)) {
            for (Optional<LogFrame> frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                if (!frame.get().at().isBefore(from)) {
                    times.add(frame.get().at());
                }
            }
        }
        return times;
    }
}
