package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.monitor.RecordLayout;
import dev.ferry.runtime.spawn.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("ByteBufferBackingArray") // every buffer here is allocated here
class ExitRecordTest {
    @TempDir
    private Path folder;

    @Test
    void exitCodeTimeAndUsageAreRead() throws IOException {
        ByteBuffer bytes = ended(4711, 42 << 8);
        bytes.putLong(RecordLayout.TIME, 1000).putLong(RecordLayout.TIME + 8, 5);
        bytes.putLong(RecordLayout.USAGE, 1).putLong(RecordLayout.USAGE + 8, 500_000);
        bytes.putLong(RecordLayout.USAGE + 32, 3);
        ExitRecord record = ExitRecord.parse(bytes.array());
        assertThat(record.exitCode()).isEqualTo(42);
        assertThat(record.signal()).isZero();
        assertThat(record.at()).isEqualTo(Instant.ofEpochSecond(1000, 5));
        assertThat(record.usage().user()).isEqualTo(Duration.ofMillis(1500));
        assertThat(record.usage().maximumResidentKib()).isEqualTo(3);
    }

    @Test
    void signalCountsFrom128() throws IOException {
        assertThat(ExitRecord.parse(ended(1, 9).array()).exitCode()).isEqualTo(137);
        assertThat(ExitRecord.parse(ended(1, 15 | 0x80).array()).exitCode()).isEqualTo(143);
    }

    @Test
    void noChildToWaitForIsAFailure() throws IOException {
        ExitRecord record = ExitRecord.parse(ended(-10, 0).array());
        assertThat(record.failure()).isEqualTo(new ExitRecord.Failure(-1, 10));
        assertThat(record.exitCode()).isEqualTo(ExitRecord.UNKNOWN_EXIT_CODE);
    }

    @Test
    void failedMonitorNamesStepAndErrno() throws IOException {
        ByteBuffer bytes =
                ended(Program.addressOf(12), 0).putLong(0, RecordLayout.FAILED).putLong(RecordLayout.WAIT_STATUS, -24);
        assertThat(ExitRecord.parse(bytes.array()).failure()).isEqualTo(new ExitRecord.Failure(12, 24));
    }

    @Test
    void recordOfAnotherVersionIsRefused() {
        byte[] bytes = ended(1, 0).putLong(0, RecordLayout.ENDED + (1L << 56)).array();
        assertThatThrownBy(() -> ExitRecord.parse(bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version");
    }

    @Test
    void onlyACompleteFileIsARecord() throws IOException {
        assertThat(ExitRecord.read(folder)).isEmpty();
        Files.write(folder.resolve(ExitRecord.FILE), new byte[0]);
        assertThat(ExitRecord.read(folder)).isEmpty();
        Files.write(folder.resolve(ExitRecord.FILE), ended(1, 0).array());
        assertThat(ExitRecord.read(folder)).isPresent();
    }

    private static ByteBuffer ended(long waited, int status) {
        return ByteBuffer.allocate(RecordLayout.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, RecordLayout.ENDED)
                .putLong(RecordLayout.WAIT_RESULT, waited)
                .putInt(RecordLayout.WAIT_STATUS, status);
    }
}
