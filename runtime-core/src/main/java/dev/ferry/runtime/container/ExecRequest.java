package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.seccomp.SeccompFilter;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A further process for a running container, with a monitor, a directory and a log of its own.
 *
 * @param id for error texts only
 * @param directory made if missing; receives {@code monitor.json} and {@code exit}
 * @param log receives frames
 * @param process program, user, environment, directory, terminal, capabilities and limits
 * @param linux what else the container's configuration says of its processes; empty if it says nothing
 * @param filter the container's filter; empty for none
 * @param cgroup the container's
 * @param keepStdin as in {@link LaunchRequest}
 * @param profile whether to take the time of every stage
 */
public record ExecRequest(
        String id,
        Path directory,
        Path log,
        Process process,
        Optional<Linux> linux,
        Optional<SeccompFilter> filter,
        Cgroup cgroup,
        boolean keepStdin,
        boolean profile) {

    public ExecRequest {
        if (process.args().isEmpty()) {
            throw new IllegalArgumentException("exec \"%s\" has no program; set process.args".formatted(id));
        }
    }
}
