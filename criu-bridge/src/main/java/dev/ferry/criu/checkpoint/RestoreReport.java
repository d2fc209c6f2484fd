package dev.ferry.criu.checkpoint;

import java.time.Duration;

/**
 * How a restore went.
 *
 * @param verified time spent on comparing the checkpoint with its manifest
 * @param criu from the request to CRIU's answer
 * @param total from the call until the container ran
 */
public record RestoreReport(Duration verified, Duration criu, Duration total) {}
