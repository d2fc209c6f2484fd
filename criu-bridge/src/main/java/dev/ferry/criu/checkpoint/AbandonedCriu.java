package dev.ferry.criu.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.criu.rpc.CriuProcess;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.ProcessId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The CRIU of an engine that died. It learns of that death at its next notification only, and goes on until then: copies memory of a
 * container that stands still, makes processes. Nothing about the container is certain before it is gone.
 *
 * <p>Who it is lies beside its log, written before it is asked for anything; so a file that is torn or absent means a CRIU without a
 * request, which ends at once. Not synced: after a restart of the host there is no CRIU.
 */
public final class AbandonedCriu {
    private static final String FILE = "criu.json";
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private AbandonedCriu() {}

    /** Where an incarnation's CRIU keeps its log and its name. */
    static Path work(Path incarnation) {
        return incarnation.resolve("criu");
    }

    /** Notes who it is. Preconditions: it has not been asked for anything yet. */
    public static void note(Path work, int pid) throws IOException {
        Optional<ProcessId> process = ProcessId.of(pid);
        if (process.isPresent()) {
            Files.write(work.resolve(FILE), JSON.writeValueAsBytes(process.get()));
        }
    }

    /** There is none any more. */
    public static void forget(Path work) throws IOException {
        Files.deleteIfExists(work.resolve(FILE));
        Files.deleteIfExists(work);
    }

    /** Whether the one that was noted exists. */
    public static boolean isThere(Path work) throws IOException {
        Optional<ProcessId> noted = noted(work.resolve(FILE));
        return noted.isPresent() && noted.get().exists();
    }

    /**
     * Returns when an incarnation's CRIU is gone. It gives up by itself and leaves the container as it should; one that has not after a
     * while is killed, which leaves a container running too.
     *
     * @param incarnation its directory
     * @param patience how long it may take for giving up
     * @param release thaws what may hold it
     * @return whether it ended by itself; what a killed one was making is half made
     * @throws IOException if it does not die
     */
    public static boolean awaitEnd(Path incarnation, Duration patience, CriuProcess.Release release)
            throws IOException {
        Optional<ProcessId> noted = noted(work(incarnation).resolve(FILE));
        Optional<PidFd> found = noted.isPresent() ? noted.get().open() : Optional.empty();
        if (found.isEmpty()) {
            return true;
        }
        try (PidFd process = found.get()) {
            if (process.awaitExit(patience)) {
                return true;
            }
            CriuProcess.kill(process, release);
            return false;
        }
    }

    private static Optional<ProcessId> noted(Path file) throws IOException {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), ProcessId.class));
        } catch (NoSuchFileException | JacksonException e) {
            return Optional.empty();
        }
    }
}
