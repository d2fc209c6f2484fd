package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS})
final class EngineEndTest {
    /** A JVM that archived its classes while the warm-up still linked some has crashed. */
    @Test
    void engineThatEndsAtOnceLeavesNoWarmUpBehind(@TempDir Path home) throws Exception {
        CheckpointHouse house = new CheckpointHouse(home).startHere();
        try {
            house.stopHere();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("warm-up");
        } finally {
            house.end();
        }
    }
}
