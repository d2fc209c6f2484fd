package dev.ferry.runtime.bundle;

import dev.ferry.runtime.container.RuntimeLauncher;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.oci.ContainerProcessState;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxSeccomp;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.State;
import dev.ferry.runtime.seccomp.SeccompFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a filter's listener is told of the process that loads it; nothing for a filter without one. */
final class ListenedFilter implements AutoCloseable {
    private final Optional<RuntimeLauncher.Listener> listener;
    private final @Nullable String metadata;

    private ListenedFilter(Optional<RuntimeLauncher.Listener> listener, @Nullable String metadata) {
        this.listener = listener;
        this.metadata = metadata;
    }

    static ListenedFilter of(@Nullable Linux linux, Optional<SeccompFilter> filter) throws IOException {
        LinuxSeccomp seccomp = linux == null ? null : linux.seccomp();
        if (seccomp == null
                || seccomp.listenerPath() == null
                || filter.isEmpty()
                || !filter.get().hasListener()) {
            return new ListenedFilter(Optional.empty(), null);
        }
        Path socket = Path.of(seccomp.listenerPath());
        Fd state = MemFd.create("listener");
        return new ListenedFilter(Optional.of(new RuntimeLauncher.Listener(socket, state)), seccomp.listenerMetadata());
    }

    Optional<RuntimeLauncher.Listener> listener() {
        return listener;
    }

    /** Before the process loads the filter. */
    void tell(int pid, State state) throws IOException {
        if (listener.isEmpty()) {
            return;
        }
        byte[] told = OciJson.write(new ContainerProcessState(
                state.ociVersion(), List.of(ContainerProcessState.SECCOMP_FD), pid, metadata, state));
        if (told.length > RuntimeLauncher.Listener.MAX_STATE) {
            throw new IOException(
                    "the state for the seccomp listener has %d bytes, and %d can be sent; shorten the annotations"
                            .formatted(told.length, RuntimeLauncher.Listener.MAX_STATE));
        }
        OpenFiles.writeAt(listener.get().state(), 0, told);
    }

    @Override
    public void close() {
        listener.ifPresent(each -> each.state().close());
    }
}
