package dev.ferry.criu.preflight;

import java.util.List;

/** Everything that stands in the way of a checkpoint; empty means go. Processes change, so a clean verdict is a hope and no promise. */
public record Verdict(List<Obstacle> obstacles) {
    public Verdict {
        obstacles = List.copyOf(obstacles);
    }

    public boolean isClear() {
        return obstacles.isEmpty();
    }
}
