package dev.ferry.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to the listener of a seccomp filter together with the descriptor. config-linux.md, "The Container Process State"
 *
 * @param fds what the descriptors are that come along, in order
 * @param pid of the process that has loaded the filter, in the runtime's namespace
 * @param metadata as the configuration has it
 * @param state the container's
 */
public record ContainerProcessState(
        String ociVersion,
        List<String> fds,
        int pid,
        @Nullable String metadata,
        State state) {
    /** Of a seccomp listener. */
    public static final String SECCOMP_FD = "seccompFd";

    public ContainerProcessState {
        fds = List.copyOf(fds);
    }
}
