package dev.ferry.runtime.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.monitor.MonitorText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who the processes of an incarnation are: {@code monitor.json} in its directory.
 *
 * <p>Written before the gate opens, so a program that runs is always found again. It is replaced by a rename, so a killed engine
 * leaves the old or the new one, and it is not synced to the disk: what it says is only true until the host restarts, and a file
 * that a power cut tore says what an old boot id would say, that the container is lost. Syncing would cost more than all of
 * the rest of a start.
 *
 * @param version of this file
 * @param protocol {@link MonitorProtocol#VERSION} of the monitor
 * @param id of the container or exec, for people
 * @param kind whether the child was started, joined a container, or is being restored
 * @param child the monitor's first child: init itself, or CRIU, or a process that is gone by now
 * @param init null while a restore has not produced one
 * @param terminal whether {@code STDOUT_READ} is a terminal's master
 * @param keepsStdin whether the monitor keeps a standard input pipe
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record MonitorState(
        int version,
        int protocol,
        String id,
        MonitorText.Kind kind,
        ProcessId monitor,
        @Nullable ProcessId child,
        @Nullable ProcessId init,
        boolean terminal,
        boolean keepsStdin) {

    static final String FILE = "monitor.json";
    static final int VERSION = 1;

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    MonitorState withInit(ProcessId other) {
        return new MonitorState(version, protocol, id, kind, monitor, child, other, terminal, keepsStdin);
    }

    /** Replaces the file in an incarnation's directory. */
    void write(Path directory) throws IOException {
        Path temporary = directory.resolve(FILE + ".new");
        Files.write(temporary, JSON.writeValueAsBytes(this));
        Files.move(
                temporary,
                directory.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads the file; empty when there is none, or only what a power cut left of one.
     *
     * @throws IOException when a newer engine wrote it
     */
    static Optional<MonitorState> read(Path directory) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(directory.resolve(FILE));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        MonitorState state;
        try {
            state = JSON.readValue(bytes, MonitorState.class);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            return Optional.empty();
        }
        if (state.version > VERSION || state.protocol > MonitorProtocol.VERSION) {
            throw new IOException(
                    "\"%s\" was written by a newer engine (version %d, protocol %d; this engine knows %d and %d): use that engine"
                            .formatted(
                                    directory.resolve(FILE),
                                    state.version,
                                    state.protocol,
                                    VERSION,
                                    MonitorProtocol.VERSION));
        }
        return Optional.of(state);
    }
}
