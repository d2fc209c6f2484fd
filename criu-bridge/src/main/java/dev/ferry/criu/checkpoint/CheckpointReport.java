package dev.ferry.criu.checkpoint;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.Manifest;
import dev.ferry.criu.rpc.DumpStatistics;
import java.time.Duration;

/**
 * A checkpoint that exists.
 *
 * @param directory where it lies
 * @param manifest what it holds
 * @param statistics CRIU's own figures: its frozen time is how long the container stood still
 * @param total from the call to the end of CRIU
 * @param size all files together, in bytes
 */
public record CheckpointReport(
        CheckpointDirectory directory, Manifest manifest, DumpStatistics statistics, Duration total, long size) {}
