package dev.ferry.runtime.container;

import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Brings containers up, finds them again, and adds processes to them.
 *
 * <p>One launcher serves all containers of an engine and may be used by several threads. Closing it stops watching; containers
 * go on.
 *
 * {@snippet :
 * try (var launcher = new ContainerLauncher()) {
 *     ContainerProcess container = launcher.create(request); // init waits, everything but seccomp and exec is done
 *     container.start();
 *     int code = container.awaitExit().exitCode();
 * }
 * }
 */
@SuppressWarnings({"DoNotCallSuggester", "TypeParameterUnusedInFormals"})
public final class ContainerLauncher implements AutoCloseable {

    /** Annotation of a spec whose value {@code never} turns transparent huge pages off for the container. prctl(2) */
    public static final String HUGE_PAGES = "dev.ferry.transparent-huge-pages";

    /**
     * Starts a monitor and waits until its child stands at the gate with everything of the spec but seccomp and exec in place.
     * An engine that dies before {@link ContainerProcess#start} leaves nothing that runs.
     *
     * @throws SpawnException when a step failed; nothing of the container runs then
     */
    public ContainerProcess create(LaunchRequest request) throws SpawnException, IOException {
        return pending();
    }

    /**
     * Finds an incarnation that an earlier engine brought up, by what is in its directory: alive, over, or lost.
     *
     * @param directory as in {@link LaunchRequest}, {@link ExecRequest} or {@link RestoreLaunch}
     * @param log its log
     */
    public ContainerProcess adopt(Path directory, Path log) throws IOException {
        return pending();
    }

    /**
     * Adds a process to a running container; {@link ContainerProcess#start} executes its program.
     *
     * @throws SpawnException when a step failed; nothing of the process runs then
     */
    public ContainerProcess exec(ContainerProcess target, ExecRequest request) throws SpawnException, IOException {
        return pending();
    }

    /** Starts a monitor whose child is CRIU, ready for a RESTORE request. */
    public RestoringContainer restore(RestoreLaunch request) throws SpawnException, IOException {
        return pending();
    }

    /** Starts a CRIU that is no container's business: for dumps and questions. */
    public CriuChild criu(CriuLaunch request) throws SpawnException, IOException {
        return pending();
    }

    @Override
    public void close() {}

    private static <T> T pending() {
        throw new UnsupportedOperationException("not linked yet");
    }
}
