package dev.ferry.store.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String HEX = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest, busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36, busybox:1.36",
        "library/busybox, docker.io/library/busybox:latest, busybox:latest",
        "docker.io/busybox, docker.io/library/busybox:latest, busybox:latest",
        "index.docker.io/busybox, docker.io/library/busybox:latest, busybox:latest",
        "docker.io/library/busybox:x, docker.io/library/busybox:x, busybox:x",
        "team/app, docker.io/team/app:latest, team/app:latest",
        "localhost/app, localhost/app:latest, localhost/app:latest",
        "localhost:5000/app:v1, localhost:5000/app:v1, localhost:5000/app:v1",
        "registry.example.org/a/b__c:v1, registry.example.org/a/b__c:v1, registry.example.org/a/b__c:v1",
        "[2001:db8::1]:5000/app, [2001:db8::1]:5000/app:latest, [2001:db8::1]:5000/app:latest",
        "a---b, docker.io/library/a---b:latest, a---b:latest",
        "Host/app, Host/app:latest, Host/app:latest"
    })
    void namesAreCompletedAndShortenedAsDockerDoes(String typed, String complete, String familiar) {
        Reference reference = Reference.parse(typed).withDefaultTag();
        assertThat(reference).hasToString(complete);
        assertThat(reference.familiar()).isEqualTo(familiar);
        assertThat(Reference.parse(reference.toString())).isEqualTo(reference);
        assertThat(Reference.parse(reference.familiar())).isEqualTo(reference);
    }

    @Test
    void digestStandsForATag() {
        Reference reference = Reference.parse("busybox@sha256:" + HEX).withDefaultTag();
        assertThat(reference.tag()).isEmpty();
        assertThat(reference.digest()).isPresent();
        assertThat(reference.familiar()).isEqualTo("busybox@sha256:" + HEX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":tag",
                "a/",
                "/a",
                "a//b",
                "-a",
                "a_-b",
                "a..b",
                "a:",
                "a:-t",
                "a@",
                "a@sha256:12",
                "a b",
                "a/b:t:u",
                "../a",
                "a.b:port/c",
                "a:t\n"
            })
    void refusesWhatIsNoName(String text) {
        assertThatExceptionOfType(InvalidReference.class)
                .isThrownBy(() -> Reference.parse(text))
                .withMessage("invalid reference format");
    }

    @Test
    void errorsReadAsDockersDo() {
        assertThatExceptionOfType(InvalidReference.class)
                .isThrownBy(() -> Reference.parse("Busybox"))
                .withMessage("invalid reference format: repository name (library/Busybox) must be lowercase");
        assertThatExceptionOfType(InvalidReference.class)
                .isThrownBy(() -> Reference.parse(HEX))
                .withMessage("invalid repository name (" + HEX + "), cannot specify 64-byte hexadecimal strings");
        assertThatExceptionOfType(InvalidReference.class)
                .isThrownBy(() -> Reference.parse("a".repeat(256)))
                .withMessage("repository name must not be more than 255 characters");
    }

    @Test
    void longestTagIs128Characters() {
        assertThat(Reference.parse("a:" + "t".repeat(128)).tag()).isPresent();
        assertThatExceptionOfType(InvalidReference.class).isThrownBy(() -> Reference.parse("a:" + "t".repeat(129)));
    }
}
