package dev.ferry.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.abi.Layouts;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import org.junit.jupiter.api.Test;

/** Numbers that stand twice for the sake of short-lived processes; {@link Layouts} itself is compared with the C headers. */
class FixedOffsetsTest {
    @Test
    void whatPollCountsOnIsWhereTheLayoutsHaveIt() {
        assertThat(Poll.SIZE).isEqualTo(Layouts.POLLFD.size());
        assertThat(Poll.FD).isEqualTo(Layouts.POLLFD.offset("fd"));
        assertThat(Poll.EVENTS).isEqualTo(Layouts.POLLFD.offset("events"));
        assertThat(Poll.REVENTS).isEqualTo(Layouts.POLLFD.offset("revents"));
        assertThat(Poll.TIME_SIZE).isEqualTo(Layouts.TIMESPEC.size());
        assertThat(Poll.NANOSECONDS).isEqualTo(Layouts.TIMESPEC.offset("tv_nsec"));
    }

    @Test
    void errnoComesFirstInWhatIsCaptured() {
        assertThat(Linker.Option.captureStateLayout().byteOffset(PathElement.groupElement("errno")))
                .isEqualTo(Libc.ERRNO);
    }
}
