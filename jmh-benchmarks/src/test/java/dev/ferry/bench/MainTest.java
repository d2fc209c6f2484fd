package dev.ferry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line of the benchmarks: what is wrong with it is said before anything is measured. */
class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nonsense                                | unknown benchmark "nonsense"
            start --nonsense                        | unknown option "--nonsense"
            start --runs                            | option "--runs" needs a value
            start --runs 0                          | "--runs 0" is less than 1
            start --runs many                       | "--runs many" is not a number
            start --spacing -1                      | "--spacing -1" is less than 0
            start /bin/true                         | unexpected word "/bin/true"
            start --image nowhere.tar               | image "nowhere.tar" does not exist
            start --runtime ferry,,crun             | "--runtime ferry,,crun" has a name that is empty
            start --runtime ferry,ferry             | "ferry" stands twice in --runtime
            start --runtime x=unix:///run/x.sock    | "x" needs --name: what the image is called there
            start --runtime =/usr/bin/runc          | "=/usr/bin/runc" has no name
            checkpoint --mib 0                      | "--mib 0" is less than 1
            checkpoint -- x                         | unexpected word "x"
            migrate --mib 64 --mib 0                | "--mib 0" is less than 1
            migrate --megabits fast                 | "--megabits fast" is not a number
            jmh --nonsense                          | nonsense is not a recognized option
            jmh Nonsense                            | no benchmark is called [Nonsense]
            """)
    void wrongCommandLine(String line, String text) {
        List<String> words = new ArrayList<>(List.of(line.split(" ", -1)));
        assertThat(Main.run(words, stream(out), stream(err))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("ferry bench: ")
                .contains(text);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void placeThatCannotBeMadeIsNamedWithARemedy() throws Exception {
        Path file = java.nio.file.Files.createFile(directory.resolve("file"));
        List<String> words =
                List.of("start", "--work", file.resolve("below").toString(), "--out", directory.toString());
        assertThat(Main.run(words, stream(out), stream(err))).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("cannot make a directory below \"" + file.resolve("below") + "\"")
                .contains("--work");
    }

    @Test
    void helpNamesEveryBenchmark() {
        assertThat(Main.run(List.of("--help"), stream(out), stream(err))).isZero();
        assertThat(Main.run(List.of("start", "--help"), stream(out), stream(err)))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("bench start", "bench checkpoint", "bench migrate", "bench jmh");
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
