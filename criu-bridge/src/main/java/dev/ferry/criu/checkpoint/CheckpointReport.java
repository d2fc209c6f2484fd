package dev.ferry.criu.checkpoint;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.Manifest;
import java.time.Duration;

/**
 * A checkpoint that exists.
 *
 * @param directory where it lies
 * @param manifest what it holds
 * @param frozen how long the container stood still, from CRIU's first touch to the answer of the commit point
 * @param total from the call to the end of CRIU
 * @param size all files together, in bytes
 */
public record CheckpointReport(
        CheckpointDirectory directory, Manifest manifest, Duration frozen, Duration total, long size) {}
