package dev.ferry.criu.preflight;

import java.util.List;

/**
 * Everything that stands in the way of a checkpoint; empty means go. Processes change, so a clean verdict is a hope and no promise.
 *
 * @param memory what a dump of all processes would hold, in bytes, about
 */
public record Verdict(List<Obstacle> obstacles, long memory) {
    public Verdict {
        obstacles = List.copyOf(obstacles);
    }

    public boolean isClear() {
        return obstacles.isEmpty();
    }
}
