package dev.ferry.api.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiVersionTest {
    @Test
    void comparesPartsAsNumbers() {
        assertThat(new ApiVersion(2, 0)).isGreaterThan(new ApiVersion(1, 22));
        assertThat(new ApiVersion(1, 9)).isLessThan(new ApiVersion(1, 10));
        assertThat(new ApiVersion(1, 44).isAtLeast(new ApiVersion(1, 44))).isTrue();
        assertThat(new ApiVersion(1, 44).isBefore(new ApiVersion(1, 44))).isFalse();
    }

    @Test
    void readsAndWritesTheSameText() {
        assertThat(ApiVersion.parse("1.50")).contains(new ApiVersion(1, 50));
        assertThat(new ApiVersion(1, 24)).hasToString("1.24");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1.", ".5", "v1.5", "1.5.1", "1.-5", "99999.1", "1.5 "})
    void refusesOtherForms(String text) {
        assertThat(ApiVersion.parse(text)).isEmpty();
    }

    @Test
    void saysWhichVersionsItSpeaksInTheWordsClientsKnow() {
        assertThat(new ApiVersion(1, 24).refusal()).isEqualTo(Optional.empty());
        assertThat(new ApiVersion(1, 50).refusal()).isEqualTo(Optional.empty());
        assertThat(new ApiVersion(1, 23).refusal())
                .contains("client version 1.23 is too old. Minimum supported API version is 1.24, "
                        + "please upgrade your client to a newer version");
        assertThat(new ApiVersion(1, 51).refusal())
                .contains("client version 1.51 is too new. Maximum supported API version is 1.50");
    }
}
