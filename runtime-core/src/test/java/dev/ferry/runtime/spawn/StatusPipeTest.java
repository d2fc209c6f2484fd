package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.testing.LeakChecked;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reports as a program writes them, without one. */
@LeakChecked
final class StatusPipeTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int CHILD = 1;
    private static final int READY = 2;

    private Fd program;
    private StatusPipe status;

    @BeforeEach
    void open() throws Exception {
        ProgramBuilder p = new ProgramBuilder("talking", ProgramBuilder.STATUS);
        p.exit(0);
        try (Pipe pipe = Pipe.open()) {
            program = Fd.adopt(pipe.writeEnd().release());
            status = StatusPipe.adopt(p.build(), pipe.readEnd());
        }
    }

    @AfterEach
    void close() {
        program.close();
        status.close();
    }

    /** Two processes write: the child may stand at the gate before the monitor has said who the child is. */
    @Test
    void messagesMayComeInAnotherOrderThanTheyAreAskedFor() throws Exception {
        say(READY, 0);
        say(CHILD, 4711);

        assertThat(status.awaitMessage(CHILD, LONG)).hasValue(4711);
        assertThat(status.awaitMessage(READY, LONG)).hasValue(0);
        program.close();
        assertThat(status.awaitClosed(LONG)).isEmpty();
    }

    @Test
    void whatNobodyAskedForIsToldAtTheEnd() throws Exception {
        say(READY, 0);
        say(CHILD, 4711);

        assertThat(status.awaitMessage(CHILD, LONG)).hasValue(4711);
        program.close();
        assertThat(status.awaitClosed(LONG)).containsExactly(new StatusReport.Message(READY, 0));
    }

    @Test
    void anEndWithoutTheMessageIsAnswered() throws Exception {
        say(READY, 0);
        program.close();
        assertThat(status.awaitMessage(CHILD, LONG)).isEmpty();
    }

    @Test
    void silenceIsAnError() {
        assertThatThrownBy(() -> status.awaitMessage(CHILD, Duration.ofMillis(20)))
                .isInstanceOf(ChildDied.class)
                .hasMessageContaining("no report within 20 ms");
    }

    private void say(int word, long value) throws Exception {
        ByteBuffer frame = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(word)
                .putLong(value);
        OpenFiles.writeFully(program, frame.array());
    }
}
