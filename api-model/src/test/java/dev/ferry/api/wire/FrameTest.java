package dev.ferry.api.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class FrameTest {
    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void headerIsStreamThreeZerosAndLengthInNetworkOrder() throws IOException {
        write(StreamKind.STDERR, "x".repeat(0x0102));
        assertThat(Arrays.copyOf(wire.toByteArray(), 8)).containsExactly(2, 0, 0, 0, 0, 0, 1, 2);
    }

    @Test
    void splitsStreamsAndKeepsEveryByte() throws IOException {
        String big = "0123456789".repeat(20_000);
        write(StreamKind.STDOUT, "a");
        write(StreamKind.STDERR, big);
        write(StreamKind.STDOUT, "");
        write(StreamKind.STDOUT, "b");
        read();
        assertThat(out).hasToString("ab");
        assertThat(err).hasToString(big);
    }

    @Test
    void endInsideAFrameIsNotTheEnd() throws IOException {
        write(StreamKind.STDOUT, "hello");
        byte[] whole = wire.toByteArray();
        for (int cut = 1; cut < whole.length; cut++) {
            byte[] torn = Arrays.copyOf(whole, cut);
            assertThatThrownBy(() -> new FrameReader(new ByteArrayInputStream(torn)).copy(out, err))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("ended inside");
        }
    }

    @Test
    void unknownStreamIsRefused() {
        byte[] frame = {9, 0, 0, 0, 0, 0, 0, 0};
        assertThatThrownBy(() -> new FrameReader(new ByteArrayInputStream(frame)).copy(out, err))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("stream 9");
    }

    @Test
    void errorOfTheEngineBecomesAnException() throws IOException {
        write(StreamKind.SYSTEM_ERROR, "log is gone\n");
        assertThatThrownBy(this::read).hasMessage("log is gone");
    }

    private void write(StreamKind kind, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        new FrameWriter(wire).write(kind, bytes, 0, bytes.length);
    }

    private void read() throws IOException {
        new FrameReader(new ByteArrayInputStream(wire.toByteArray())).copy(out, err);
    }
}
