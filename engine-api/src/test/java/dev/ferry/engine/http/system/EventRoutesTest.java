package dev.ferry.engine.http.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.engine.event.EngineEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EventRoutesTest {

    private static final EngineEvent DIED = new EngineEvent(
            "container",
            "exec_start: sh -c true",
            "abc",
            Map.of("name", "web", "image", "box", "tier", "front"),
            Instant.ofEpochSecond(7, 9));

    @Test
    void filtersOfOneKeyAreAlternativesAndKeysAddUp() {
        assertThat(EventRoutes.admits(
                        Map.of("container", List.of("other", "web"), "event", List.of("exec_start")), DIED))
                .isTrue();
        assertThat(EventRoutes.admits(Map.of("container", List.of("web"), "event", List.of("die")), DIED))
                .isFalse();
    }

    @Test
    void everyLabelMustBeThere() {
        assertThat(EventRoutes.admits(Map.of("label", List.of("tier=front")), DIED))
                .isTrue();
        assertThat(EventRoutes.admits(Map.of("label", List.of("tier=front", "owner")), DIED))
                .isFalse();
    }

    @Test
    void aMessageCarriesTheTimeInBothUnits() {
        assertThat(EventRoutes.message(DIED).time()).isEqualTo(7);
        assertThat(EventRoutes.message(DIED).timeNano()).isEqualTo(7_000_000_009L);
        assertThat(EventRoutes.message(DIED).from()).isEqualTo("box");
    }
}
