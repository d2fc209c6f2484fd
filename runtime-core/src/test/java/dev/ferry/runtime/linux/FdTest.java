package dev.ferry.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FdTest {
    @Test
    void keepsItsNumber() {
        assertThat(Fd.adopt(7).number()).isEqualTo(7);
    }
}
