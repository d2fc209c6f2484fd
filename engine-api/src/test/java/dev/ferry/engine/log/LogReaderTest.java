package dev.ferry.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.monitor.LogFrames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    @TempDir
    private Path folder;

    /** A container may write faster than anybody reads: {@code docker logs} ends all the same. */
    @Test
    void whatComesWhileItIsReadIsNotWaitedFor() throws Exception {
        Path log = folder.resolve("log");
        append(log, "first\n");
        append(log, "second\n");
        List<String> heard = new ArrayList<>();
        LogQuery once = new LogQuery(true, true, null, null, -1, false, false);
        LogReader.read(log, 0, once, () -> false, (stream, bytes) -> {
            heard.add(new String(bytes, StandardCharsets.UTF_8));
            append(log, "more\n");
        });
        assertThat(heard).containsExactly("first\n", "second\n");
    }

    /** The last lines are due when those are read that there were. */
    @Test
    void whoFollowsHearsTheLastLinesOfALogThatGrows() throws Exception {
        Path log = folder.resolve("log");
        append(log, "first\n");
        append(log, "second\n");
        List<String> heard = new ArrayList<>();
        LogQuery last = new LogQuery(true, true, null, null, 1, false, true);
        LogReader.read(log, 0, last, () -> !heard.isEmpty(), (stream, bytes) -> {
            heard.add(new String(bytes, StandardCharsets.UTF_8));
            if (heard.size() == 1) {
                append(log, "third\n");
            }
        });
        assertThat(heard).containsExactly("second\n", "third\n");
    }

    private static void append(Path log, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame =
                ByteBuffer.allocate(LogFrames.HEADER_BYTES + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(bytes.length)
                .putLong(1000)
                .putLong(7)
                .putLong(LogFrames.MARK | 1)
                .put(bytes);
        Files.write(log, frame.array(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
