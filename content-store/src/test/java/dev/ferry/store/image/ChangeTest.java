package dev.ferry.store.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeTest {

    @Test
    void vectorsAndShellForms() throws ImageException {
        assertThat(apply("CMD [\"a\", \"b c\"]").command()).containsExactly("a", "b c");
        assertThat(apply("cmd echo $HOME [x]").command()).containsExactly("/bin/sh", "-c", "echo $HOME [x]");
        assertThat(apply("CMD [not json").command()).containsExactly("/bin/sh", "-c", "[not json");
        assertThat(apply("ENTRYPOINT [\"/init\"]", "CMD [\"x\"]").entrypoint()).containsExactly("/init");
    }

    @Test
    void variablesReplaceOthersOfTheirName() throws ImageException {
        assertThat(apply("ENV A=1 B=\"two words\" C=a\\ b", "ENV A=3", "ENV D old form = x")
                        .environment())
                .containsExactly("A=3", "B=two words", "C=a b", "D=old form = x");
    }

    @Test
    void everyOtherInstruction() throws ImageException {
        ExecutionDefaults execution = apply(
                "EXPOSE 80 53/udp 7000-7002/tcp",
                "LABEL a=b \"c d\"='e f'",
                "STOPSIGNAL SIGINT",
                "USER 1000:1000",
                "VOLUME [\"/data\", \"/more\"]",
                "VOLUME /x /y",
                "WORKDIR /srv",
                "WORKDIR app/../web");
        assertThat(execution.exposedPorts()).containsOnlyKeys("80/tcp", "53/udp", "7000/tcp", "7001/tcp", "7002/tcp");
        assertThat(execution.labels()).isEqualTo(Map.of("a", "b", "c d", "e f"));
        assertThat(execution.stopSignal()).isEqualTo("SIGINT");
        assertThat(execution.user()).isEqualTo("1000:1000");
        assertThat(execution.volumes()).containsOnlyKeys("/data", "/more", "/x", "/y");
        assertThat(execution.workingDirectory()).isEqualTo("/srv/web");
    }

    @ParameterizedTest
    @CsvSource({
        "FROM x, FROM is not a valid change command",
        "CMD, CMD requires at least one argument",
        "ENV X, ENV must have two arguments",
        "ENV =x, ENV names can not be blank",
        "EXPOSE 0, invalid containerPort: 0",
        "EXPOSE 80/icmp, invalid containerPort: 80/icmp",
        "EXPOSE 70000, invalid containerPort: 70000",
    })
    void refusesWhatDockerRefuses(String line, String message) {
        assertThatExceptionOfType(ImageException.BadImageRequest.class)
                .isThrownBy(() -> apply(line))
                .withMessage(message);
    }

    @Test
    void openQuoteIsRefused() {
        assertThatExceptionOfType(ImageException.BadImageRequest.class)
                .isThrownBy(() -> apply("LABEL a=\"b"))
                .withMessageContaining("double-quote");
    }

    private static ExecutionDefaults apply(String... lines) throws ImageException {
        ExecutionDefaults execution = ExecutionDefaults.EMPTY;
        for (String line : List.of(lines)) {
            execution = Change.parse(line).applyTo(execution);
        }
        return execution;
    }
}
