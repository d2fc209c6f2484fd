package dev.ferry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.image.HealthConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a container takes over from its image. */
class ImageDefaultsTest {

    private static final ImageDefaults IMAGE = new ImageDefaults(
            "",
            List.of(),
            List.of("run"),
            List.of(),
            "",
            Map.of(),
            "",
            new HealthConfig(List.of("CMD", "look"), 7, 6, 5, 4, 3));

    @Test
    void theCheckIsTheImagesWhereNothingElseIsSaid() {
        assertThat(checked(null)).isEqualTo(IMAGE.healthcheck());
        assertThat(checked(new HealthConfig(List.of(), 0, 60, 0, 0, 0)))
                .isEqualTo(new HealthConfig(List.of("CMD", "look"), 7, 60, 5, 4, 3));
        assertThat(checked(new HealthConfig(List.of("NONE"), 0, 0, 0, 0, 0)).test())
                .containsExactly("NONE");
    }

    private static HealthConfig checked(@org.jspecify.annotations.Nullable HealthConfig asked) {
        ContainerConfig config = IMAGE.complete(
                ContainerConfig.builder().cmd(Words.of("x")).healthcheck(asked).build(), ContainerId.random());
        HealthConfig check = config.healthcheck();
        if (check == null) {
            throw new AssertionError("no check");
        }
        return check;
    }
}
