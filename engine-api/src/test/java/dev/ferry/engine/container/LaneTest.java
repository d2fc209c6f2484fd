package dev.ferry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.engine.error.Conflict;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LaneTest {

    @Test
    void workRunsInOrderAndOneAfterTheOther() throws InterruptedException {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Lane lane = new Lane("test", threads);
            List<Integer> seen = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                int number = i;
                lane.post(() -> seen.add(number));
            }
            lane.run(() -> {});
            assertThat(seen).isEqualTo(IntStream.range(0, 1000).boxed().toList());
        }
    }

    @Test
    void callOnTheLaneItselfRunsAtOnce() throws InterruptedException {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Lane lane = new Lane("test", threads);
            assertThat(lane.<String>call(() -> lane.call(() -> "inner"))).isEqualTo("inner");
        }
    }

    @Test
    void whatWorkThrowsReachesItsCallerAndNotTheNextWork() throws InterruptedException {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Lane lane = new Lane("test", threads);
            assertThatThrownBy(() -> lane.run(() -> {
                        throw new Conflict("test", "no");
                    }))
                    .isInstanceOf(Conflict.class);
            assertThat(lane.<Integer>call(() -> 1)).isEqualTo(1);
        }
    }
}
