package dev.ferry.runtime.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFramesTest {
    @TempDir
    private Path folder;

    private Path log;

    @BeforeEach
    void emptyLog() throws IOException {
        log = folder.resolve("log");
        Files.createFile(log);
    }

    @Test
    void framesComeBackInOrderWithStreamAndTime() throws IOException {
        append(frame(1, "out"), frame(2, "err"));
        try (var frames = LogFrames.open(log)) {
            LogFrame first = frames.next().orElseThrow();
            assertThat(first.stream()).isEqualTo(LogFrame.STDOUT);
            assertThat(first.at()).isEqualTo(Instant.ofEpochSecond(1000, 7));
            assertThat(text(first)).isEqualTo("out");
            LogFrame second = frames.next().orElseThrow();
            assertThat(second.stream()).isEqualTo(LogFrame.STDERR);
            assertThat(second.position()).isEqualTo(first.end());
            assertThat(frames.next()).isEmpty();
        }
    }

    @Test
    void frameInTheMakingIsNotThereYet() throws IOException {
        byte[] whole = frame(1, "complete only at the end");
        for (int cut = 0; cut < whole.length; cut++) {
            Files.write(log, Arrays.copyOf(whole, cut));
            try (var frames = LogFrames.open(log)) {
                assertThat(frames.next()).as("after %d bytes", cut).isEmpty();
                append(Arrays.copyOfRange(whole, cut, whole.length));
                assertThat(text(frames.next().orElseThrow())).isEqualTo("complete only at the end");
            }
        }
    }

    @Test
    void brokenFrameInTheMiddleIsSkippedAndNothingAfterIt() throws IOException {
        append(
                frame(1, "before"),
                Arrays.copyOf(frame(1, "a frame that met a full disk"), 40),
                frame(1, "after"),
                frame(2, "more"));
        assertThat(readAll()).containsExactly("before", "after", "more");
    }

    @Test
    void zeroesLeftByAPowerCutAreSkipped() throws IOException {
        append(frame(1, "before"), new byte[5000], frame(1, "after"));
        assertThat(readAll()).containsExactly("before", "after");
    }

    @Test
    void payloadThatLooksLikeAFrameStaysPayload() throws IOException {
        String spoof = new String(frame(1, "spoof"), StandardCharsets.ISO_8859_1);
        append(frame(1, spoof), frame(1, "next"));
        assertThat(readAll()).containsExactly(spoof, "next");
    }

    @Test
    void manyLargeFramesCrossTheWindow() throws IOException {
        var expected = new ArrayList<String>();
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < 50; i++) {
            String text = (i + " ").repeat(1 + i * 100).substring(0, Math.min(LogFrames.MAX_PAYLOAD, 2 + i * 100));
            expected.add(text);
            all.write(frame(1, text));
        }
        append(all.toByteArray());
        assertThat(readAll()).isEqualTo(expected);
    }

    @Test
    void readingContinuesAtAPosition() throws IOException {
        append(frame(1, "one"), frame(1, "two"));
        long end;
        try (var frames = LogFrames.open(log)) {
            end = frames.next().orElseThrow().end();
        }
        try (var frames = LogFrames.open(log)) {
            frames.seek(end);
            assertThat(text(frames.next().orElseThrow())).isEqualTo("two");
        }
    }

    @Test
    void growthWakesTheReader() throws Exception {
        try (var frames = LogFrames.open(log)) {
            assertThat(frames.awaitGrowth(Duration.ofSeconds(10)))
                    .as("nobody watched before")
                    .isTrue();
            var writer = Thread.ofVirtual().start(() -> append(frame(1, "woken")));
            while (frames.next().isEmpty()) {
                assertThat(frames.awaitGrowth(Duration.ofSeconds(10))).isTrue();
            }
            writer.join();
        }
    }

    private List<String> readAll() throws IOException {
        var texts = new ArrayList<String>();
        try (var frames = LogFrames.open(log)) {
            for (var frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                texts.add(text(frame.get()));
            }
        }
        return texts;
    }

    private void append(byte[]... pieces) {
        try {
            for (byte[] piece : pieces) {
                Files.write(log, piece, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] frame(int stream, String text) {
        byte[] payload = text.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(LogFrames.HEADER_BYTES + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(payload.length)
                .putLong(1000)
                .putLong(7)
                .putLong(LogFrames.MARK | stream)
                .put(payload)
                .array();
    }

    private static String text(LogFrame frame) {
        return new String(frame.bytes(), StandardCharsets.ISO_8859_1);
    }
}
