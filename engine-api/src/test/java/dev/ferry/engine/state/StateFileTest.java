package dev.ferry.engine.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {

    record Sample(String name, Instant at, List<Long> numbers) {}

    private static final Sample SAMPLE =
            new Sample("ferry", Instant.parse("2026-01-02T03:04:05.006Z"), List.of(1L, 1L << 40));

    @TempDir
    Path directory;

    private StateFile<Sample> file(int version) {
        return new StateFile<>(directory.resolve("sample.json"), "sample", version, Sample.class);
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        file(1).write(SAMPLE);
        assertThat(file(1).read()).contains(SAMPLE);
        assertThat(directory.resolve("sample.json.new")).doesNotExist();
    }

    @Test
    void replacedRecordIsWhole() throws IOException {
        file(1).write(new Sample("old", Instant.EPOCH, List.of()));
        file(1).replace(SAMPLE);
        assertThat(file(1).read()).contains(SAMPLE);
        assertThat(directory.resolve("sample.json.new")).doesNotExist();
    }

    @Test
    void absentFileIsNoRecord() throws IOException {
        assertThat(file(1).read()).isEmpty();
    }

    @Test
    void everyCutAndEveryFlippedLetterIsSeenAndTheFileStays() throws IOException {
        file(1).write(SAMPLE);
        Path path = directory.resolve("sample.json");
        byte[] whole = Files.readAllBytes(path);
        for (int length = 0; length < whole.length - 1; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            Files.write(path, cut);
            assertThatThrownBy(() -> file(1).read())
                    .isInstanceOfSatisfying(
                            StateUnreadable.class, e -> assertThat(e.kind()).isEqualTo(StateUnreadable.Kind.TORN));
            assertThat(Files.readAllBytes(path)).isEqualTo(cut);
        }
        byte[] flipped = whole.clone();
        int at = new String(whole, java.nio.charset.StandardCharsets.UTF_8).indexOf("ferry");
        flipped[at] = 'F';
        Files.write(path, flipped);
        assertThatThrownBy(() -> file(1).read()).hasMessageContaining("checksum");
    }

    @Test
    void recordOfANewerFerryIsRefusedAndStays() throws IOException {
        file(2).write(SAMPLE);
        assertThatThrownBy(() -> file(1).read())
                .isInstanceOfSatisfying(
                        StateUnreadable.class, e -> assertThat(e.kind()).isEqualTo(StateUnreadable.Kind.NEWER))
                .hasMessageContaining("format version 2");
        assertThat(file(2).read()).contains(SAMPLE);
    }
}
