package dev.ferry.engine.log;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.monitor.LogFrames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Gives the oldest part of a log back to the file system while its monitor appends to it: a hole at the beginning. The monitor
 * has no part in that and every place in the log keeps its number, so readers, attached clients and a migration under way see nothing but
 * that the oldest lines are gone; nothing is lost that was to be kept, whoever dies when. Readers skip the hole.
 */
public final class LogTrim {

    private LogTrim() {}

    /**
     * Keeps the last part when there is more than allowed: three quarters of it, so that not every new line costs a hole.
     *
     * @param most bytes
     */
    public static void to(Path log, long most) throws IOException {
        if (!Files.exists(log)) {
            return;
        }
        long size = Files.size(log);
        if (size <= most) {
            return;
        }
        try (Fd fd = OpenFiles.open(log, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC)) {
            long start = OpenFiles.firstData(fd, 0).orElse(size);
            if (size - start <= most) {
                return;
            }
            long keep = boundary(log, size - most / 4 * 3);
            if (keep > 0) {
                OpenFiles.punchHole(fd, 0, keep);
            }
        }
    }

    /** Where the first frame begins that does not lie before that place; 0 when there is none. */
    private static long boundary(Path log, long from) throws IOException {
        try (LogFrames frames = LogFrames.open(log)) {
            frames.seek(from);
            Optional<LogFrame> frame = frames.next();
            return frame.map(LogFrame::position).orElse(0L);
        }
    }
}
