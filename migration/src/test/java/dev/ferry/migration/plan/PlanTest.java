package dev.ferry.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.migration.protocol.Request;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Request.Blob CONFIG = new Request.Blob("sha256:" + "a".repeat(64), 1_000);
    private static final Request.Blob LAYER = new Request.Blob("sha256:" + "b".repeat(64), 5_000_000);
    private static final List<Request.Blob> IMAGE = List.of(CONFIG, LAYER);
    private static final long MEMORY = 256L << 20;

    private static Plan plan(long memory, long writable, Set<String> known) {
        return Plan.of(Strategy.STOP_AND_COPY, new Request.Needs(memory, writable, 700), IMAGE, known);
    }

    @Test
    void theMemoryAndTheWritableLayerGoWhileItStandsStillAndTheRestBefore() {
        Plan plan = plan(MEMORY, 300, Set.of());
        assertThat(plan.running()).isEqualTo(5_001_700);
        assertThat(plan.frozen()).isEqualTo(MEMORY + 300);
        assertThat(plan.bytes()).isEqualTo(5_001_700 + MEMORY + 300);
        assertThat(plan.blobs()).containsExactly(CONFIG, LAYER);
    }

    @Test
    void whatTheTargetHasIsNotSent() {
        assertThat(plan(0, 0, Set.of(LAYER.digest())).blobs()).containsExactly(CONFIG);
        Plan nothing = plan(0, 0, Set.of(LAYER.digest(), CONFIG.digest()));
        assertThat(nothing.blobs()).isEmpty();
        assertThat(nothing.running()).isEqualTo(700);
    }

    @Test
    void nothingTakesTheLeastBlackout() {
        assertThat(plan(0, 0, Set.of()).blackout(0)).isEqualTo(Plan.LEAST_BLACKOUT);
    }

    @Test
    void theSlowerOfLinkAndLimitCounts() {
        Plan plan = plan(Plan.USUAL_RATE, 0, Set.of());
        Duration restore = Duration.ofNanos(Plan.USUAL_RATE * 1_000_000_000 / Plan.RESTORE_RATE);
        assertThat(plan.blackout(0).minus(Plan.LEAST_BLACKOUT)).isEqualTo(restore.plusSeconds(1));
        assertThat(plan.blackout(10 * Plan.USUAL_RATE)).isEqualTo(plan.blackout(0));
        assertThat(plan.blackout(Plan.USUAL_RATE / 4))
                .isEqualTo(plan.blackout(0).plusSeconds(3));
    }

    @Test
    void aMemoryThatNoHostHasCanBePlanned() {
        assertThat(plan(1L << 50, 0, Set.of()).blackout(1)).isGreaterThan(Duration.ofSeconds(1L << 50));
    }
}
