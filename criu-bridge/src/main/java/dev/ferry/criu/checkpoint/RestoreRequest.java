package dev.ferry.criu.checkpoint;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.Spec;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A container to be brought back.
 *
 * @param id of the container, for error texts
 * @param verifying what it comes from; only read
 * @param directory of the new incarnation, as for a start
 * @param log where its output goes on
 * @param spec what it runs with: its bind mounts say where their sources are on this host
 * @param root the root file system, with the files that the checkpoint was taken with
 * @param network the network namespace to run in; empty for the host's
 * @param cgroup of the new incarnation, made and empty
 * @param options what the user asked for
 * @param listener is told of phases
 */
public record RestoreRequest(
        String id,
        Verifying verifying,
        Path directory,
        Path log,
        Spec spec,
        RootFilesystem root,
        Optional<Path> network,
        Cgroup cgroup,
        RestoreOptions options,
        PhaseListener listener) {}
