package dev.ferry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalCommandTest {

    @Test
    void bothJournalsAreMeasuredAndNothingOfThemStays(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                java.util.List.of("journal", "--runs=3", "--entries=10", "--replays=2", "--out=" + directory),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(code).isZero();
        JsonNode measures = new ObjectMapper()
                .readTree(directory.resolve("journal.json").toFile())
                .path("measures_ms");
        for (String name : new String[] {"chronicle, append", "plain, append", "write and fdatasync"}) {
            assertThat(measures.path(name).path("n").asInt()).as(name).isEqualTo(3);
        }
        assertThat(measures.path("plain, replay").path("n").asInt()).isEqualTo(2);
        assertThat(directory)
                .isDirectoryContaining("glob:**/journal.svg")
                .isDirectoryNotContaining("glob:**/journal-*");
    }
}
