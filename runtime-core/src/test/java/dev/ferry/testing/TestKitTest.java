package dev.ferry.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Pipe;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestKitTest {
    @Test
    void anOpenDescriptorIsSeenUntilItIsClosed() throws IOException {
        KernelThings before = KernelThings.now(List.of());
        Pipe pipe = Pipe.open();
        assertThat(KernelThings.now(List.of()).since(before))
                .hasSize(2)
                .allMatch(line -> line.matches("descriptor \\d+ -> pipe:\\[\\d+]"));
        pipe.close();
        assertThat(KernelThings.now(List.of()).since(before)).isEmpty();
    }

    @Test
    void aChildProcessIsSeenUntilItEnds() throws Exception {
        KernelThings before = KernelThings.now(List.of());
        Process child = new ProcessBuilder("cat").start();
        assertThat(KernelThings.now(List.of()).since(before)).contains("child process " + child.pid() + " cat");
        child.getOutputStream().close();
        child.waitFor();
        child.getInputStream().close();
        child.getErrorStream().close();
        assertThat(KernelThings.now(List.of()).since(before)).noneMatch(line -> line.startsWith("child"));
    }

    @Test
    void aMissingFeatureSkips() {
        assertThat(RequiresCondition.decide("test", List.of(Feature.GCC), false).isDisabled())
                .isTrue();
        assertThat(RequiresCondition.decide("test", List.of(Feature.CRIU), false)
                        .getReason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("CRIU is missing"));
        assertThat(RequiresCondition.decide("test", List.of(), true).isDisabled())
                .isFalse();
    }

    @Test
    void integrationMustHaveWhatItPromises() {
        assertThatThrownBy(() -> RequiresCondition.decide("test", List.of(Feature.CRIU), true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("CRIU is missing");
        assertThat(RequiresCondition.decide("test", List.of(Feature.GCC), true).isDisabled())
                .isTrue();
    }
}
