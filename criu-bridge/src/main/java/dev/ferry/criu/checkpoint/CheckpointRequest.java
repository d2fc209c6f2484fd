package dev.ferry.criu.checkpoint;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.oci.Spec;
import java.nio.file.Path;

/**
 * A checkpoint to be taken.
 *
 * @param id of the container, for records and error texts
 * @param container running or paused; borrowed
 * @param spec what it runs with: written to {@code spec.dump}; its bind mounts are kept outside the dump
 * @param cgroup the cgroup that holds all its processes
 * @param directory of the checkpoint; must not exist yet
 * @param config the owner's record of the container, JSON: written to {@code config.dump}
 * @param options what the user asked for
 * @param frozenWork what else must be saved of the same instant
 * @param listener is told of phases
 */
public record CheckpointRequest(
        String id,
        ContainerProcess container,
        Spec spec,
        Cgroup cgroup,
        Path directory,
        String config,
        CheckpointOptions options,
        FrozenWork frozenWork,
        PhaseListener listener) {}
