package dev.ferry.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PipePeekTest {
    @Test
    void peekedBytesStay() throws IOException {
        try (Pipe pipe = Pipe.open()) {
            assertThat(Pipe.peek(pipe.readEnd())).isEmpty();
            OpenFiles.writeFully(pipe.writeEnd(), "one\n".getBytes(StandardCharsets.UTF_8));
            OpenFiles.writeFully(pipe.writeEnd(), "two\n".getBytes(StandardCharsets.UTF_8));

            assertThat(Pipe.peek(pipe.readEnd())).asString().isEqualTo("one\ntwo\n");
            assertThat(Pipe.peek(pipe.readEnd())).asString().isEqualTo("one\ntwo\n");
            assertThat(OpenFiles.read(pipe.readEnd(), 100)).asString().isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void peeksAFullPipe() throws IOException {
        try (Pipe pipe = Pipe.open()) {
            byte[] full = new byte[65536];
            for (int i = 0; i < full.length; i++) {
                full[i] = (byte) i;
            }
            OpenFiles.writeFully(pipe.writeEnd(), full);

            assertThat(Pipe.peek(pipe.readEnd())).isEqualTo(full);
            assertThat(OpenFiles.readFully(pipe.readEnd(), full.length)).isEqualTo(full);
        }
    }
}
