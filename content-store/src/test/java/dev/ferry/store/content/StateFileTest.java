package dev.ferry.store.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ferry.store.testing.PowerCut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
    record Names(String first, int count) {}

    @TempDir
    Path directory;

    @Test
    void readsBackWhatItWrote() throws IOException {
        StateFile<Names> file = file(StepListener.NONE);
        assertThat(file.read()).isEmpty();
        file.write(new Names("a", 1));
        file.write(new Names("b", 2));
        assertThat(file.read()).contains(new Names("b", 2));
        assertThat(Files.readString(path())).contains("\"version\" : 3");
        assertThat(directory)
                .isDirectoryNotContaining(p -> p.getFileName().toString().startsWith("."));
    }

    @Test
    void fileCutAnywhereIsRefusedAndLeftAsItIs() throws IOException {
        StateFile<Names> file = file(StepListener.NONE);
        file.write(new Names("name", 7));
        byte[] whole = Files.readAllBytes(path());
        for (int length = 0; length < whole.length; length++) {
            byte[] torn = java.util.Arrays.copyOf(whole, length);
            Files.write(path(), torn);
            assertThatExceptionOfType(StateDamaged.class)
                    .isThrownBy(file::read)
                    .withMessageContaining(path().toString())
                    .withMessageContaining("damaged");
            assertThatExceptionOfType(StateDamaged.class).isThrownBy(() -> file.write(new Names("new", 1)));
            assertThat(Files.readAllBytes(path())).isEqualTo(torn);
        }
    }

    @Test
    void newerVersionIsRefusedAndLeftAsItIs() throws IOException {
        String newer = "{\"version\": 4, \"first\": \"a\", \"count\": 1, \"more\": true}";
        Files.writeString(path(), newer);
        StateFile<Names> file = file(StepListener.NONE);
        assertThatExceptionOfType(StateTooNew.class)
                .isThrownBy(file::read)
                .withMessageContaining("version 4")
                .withMessageContaining("up to 3");
        assertThatExceptionOfType(StateTooNew.class).isThrownBy(() -> file.write(new Names("x", 0)));
        assertThat(path()).hasContent(newer);
    }

    @Test
    void powerCutAtAnyStepLeavesTheOldOrTheNewState() throws IOException {
        boolean finished = false;
        for (int step = 0; !finished; step++) {
            file(StepListener.NONE).write(new Names("old", 1));
            try {
                file(new PowerCut(step)).write(new Names("new", 2));
                finished = true;
                assertThat(step).isGreaterThanOrEqualTo(3);
            } catch (PowerCut.Cut e) {
                assertThat(e).hasMessageContaining("power cut");
            }
            assertThat(file(StepListener.NONE).read()).get().isIn(new Names("old", 1), new Names("new", 2));
        }
        assertThat(file(StepListener.NONE).read()).contains(new Names("new", 2));
    }

    private StateFile<Names> file(StepListener steps) {
        return new StateFile<>(path(), 3, Names.class, steps);
    }

    private Path path() {
        return directory.resolve("names.json");
    }
}
