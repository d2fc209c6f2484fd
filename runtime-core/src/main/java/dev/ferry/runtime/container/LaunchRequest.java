package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.seccomp.SeccompFilter;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One container to bring up.
 *
 * @param id for names and error texts only
 * @param directory of this incarnation, made if missing; receives {@code monitor.json} and {@code exit}. Must hold neither yet
 * @param log receives frames at its end, made if missing; see {@link dev.ferry.runtime.monitor.LogFrames}
 * @param spec its process is required; its root's path is ignored in favour of {@code root}
 * @param root mounted inside the container's mount namespace only
 * @param filter the compiled {@code spec.linux.seccomp}; empty for none
 * @param cgroup made and limited already
 * @param keepStdin whether standard input is a pipe that the monitor keeps open; otherwise {@code /dev/null}. With a terminal the
 *     terminal is the input
 * @param profile whether to take the time of every stage
 */
public record LaunchRequest(
        String id,
        Path directory,
        Path log,
        Spec spec,
        RootFilesystem root,
        Optional<SeccompFilter> filter,
        Cgroup cgroup,
        boolean keepStdin,
        boolean profile) {

    public LaunchRequest {
        if (spec.process() == null || spec.process().args().isEmpty()) {
            throw new IllegalArgumentException("container \"%s\" has no program; set process.args".formatted(id));
        }
    }
}
