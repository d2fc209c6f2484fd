package dev.ferry.criu.preflight;

/**
 * What the checkpoint that is planned will put up with.
 *
 * @param tcpEstablished established connections are saved
 * @param fileLocks held locks are saved
 * @param linkRemap deleted files with another name are saved
 * @param ghostLimit greatest deleted file that is saved, in bytes
 * @param frozenByV1Freezer the container is paused by a freezer of cgroup v1
 */
public record Allowance(
        boolean tcpEstablished, boolean fileLocks, boolean linkRemap, long ghostLimit, boolean frozenByV1Freezer) {}
