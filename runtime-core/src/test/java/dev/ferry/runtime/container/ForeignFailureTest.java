package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.WaitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ForeignFailureTest {
    private static final ForeignRuntime RUNTIME =
            new ForeignRuntime("other", Path.of("/opt/other"), Path.of("/run/other"));

    @TempDir
    private Path folder;

    /** What runc 1.3 and crun 1.28 say. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nosuch | executable file `nosuch` not found in $PATH: No such file or directory | 127 | exec: \"nosuch\": executable file not found in $PATH",
                "nosuch | error during container init: exec: \"nosuch\": executable file not found in $PATH | 127 | exec: \"nosuch\": executable file not found in $PATH",
                "/x | exec: \"/x\": stat /x: no such file or directory | 127 | runtime \"other\", create: exec: \"/x\": stat /x: no such file or directory",
                "/x | executable file `/x` not found: No such file or directory | 127 | runtime \"other\", create: executable file `/x` not found: no such file or directory",
                "/x | exec: \"/x\": permission denied | 126 | runtime \"other\", create: exec: \"/x\": permission denied",
                "/x | the path `/x` exists but it is not executable: Operation not permitted | 126 | exec: \"/x\": permission denied",
                "sh | mount `none` to `x`: No such device | 128 | runtime \"other\", create: mount `none` to `x`: No such device",
            })
    void codesAndWordsAreThoseThatUsersOfDockerKnow(String program, String said, int code, String message) {
        StartFailed failure = ForeignFailure.of(RUNTIME, "create", new WaitStatus(1 << 8), said, program);
        assertThat(failure.exitCode()).isEqualTo(code);
        assertThat(failure).hasMessage(message);
    }

    @Test
    void runtimeThatSaysNothingIsDescribed() {
        assertThat(ForeignFailure.of(RUNTIME, "start", new WaitStatus(9), "", "sh"))
                .hasMessage(
                        "runtime \"other\", start: it ended with code 137 and said nothing; see whether \"/opt/other\" is an OCI runtime");
    }

    @Test
    void lastErrorOfALogCountsWhateverLiesAroundIt() throws IOException {
        Path log = folder.resolve("log");
        assertThat(ForeignFailure.lastError(log)).isEmpty();
        Files.writeString(log, """
                {"level":"error","msg":"first"}
                no JSON
                {"level":"error","msg":"second "}
                {"level":"warning","msg":"third"}
                {"level":"error","ms""");
        assertThat(ForeignFailure.lastError(log)).isEqualTo("second");
    }

    @Test
    void runtimeGetsLittleOfTheEnginesEnvironment() {
        Map<String, String> engines =
                Map.of("PATH", "/bin", "NOTIFY_SOCKET", "/s", "TOKEN", "secret", "FERRY_TOOLS", "/t");
        assertThat(ForeignRuntime.environment(engines)).containsExactly("FERRY_TOOLS=/t", "PATH=/bin");
        assertThat(ForeignRuntime.environment(Map.of()))
                .singleElement()
                .asString()
                .startsWith("PATH=/usr/local/sbin:");
    }
}
