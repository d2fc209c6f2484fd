package dev.ferry.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ErrnoTest {
    @Test
    void everyErrorIsFoundByItsNumber() {
        assertThat(Arrays.stream(Errno.values()).filter(errno -> errno != Errno.UNKNOWN))
                .hasSizeGreaterThan(120)
                .allSatisfy(errno -> assertThat(Errno.of(errno.number())).isEqualTo(errno));
    }

    @Test
    void numbersWithoutANameAreUnknown() {
        assertThat(Errno.of(0)).isEqualTo(Errno.UNKNOWN);
        assertThat(Errno.of(-5)).isEqualTo(Errno.UNKNOWN);
        assertThat(Errno.of(41)).isEqualTo(Errno.UNKNOWN);
        assertThat(Errno.of(4000)).isEqualTo(Errno.UNKNOWN);
    }

    @Test
    void anExceptionSaysWhatWasTriedAndWhy() {
        SyscallException e = new SyscallException("mount", "\"proc\", \"/proc\"", Errno.EPERM);
        assertThat(e).hasMessage("mount(\"proc\", \"/proc\"): EPERM (Operation not permitted)");
        assertThat(e.is(Errno.EPERM)).isTrue();
        assertThat(e.is(Errno.EACCES)).isFalse();
    }
}
