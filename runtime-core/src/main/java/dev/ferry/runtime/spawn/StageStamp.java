package dev.ferry.runtime.spawn;

import java.time.Duration;

/**
 * When a stage of a profiled program began.
 *
 * @param stage the stage's name
 * @param at the time on CLOCK_MONOTONIC, comparable with other stamps of the same machine only
 */
public record StageStamp(String stage, Duration at) {}
