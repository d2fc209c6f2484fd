package dev.ferry.criu.checkpoint;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.rpc.CriuInstallation;
import dev.ferry.runtime.container.ContainerLauncher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints containers that a monitor owns, and brings them back under a new monitor.
 *
 * <pre>
 *   checkpoint:  preflight ─ CRIU dumps ─ everything frozen ─ the owner's files, digests, fsync, manifest ─ COMMIT ─ container ends
 *                    any failure here: the container runs on, nothing is left on disk ────────────────┘
 *   restore:     verify ∥ monitor and CRIU start ─ CRIU restores ─ everything in place, nothing runs ─ COMMIT ─ container runs
 *                    any failure here: nothing runs, the checkpoint can be restored again ──────────┘
 * </pre>
 *
 * <p>One checkpointer serves all containers of an engine and may be used by several threads, but by one at a time for a container.
 *
 * {@snippet :
 * Checkpointer checkpointer = new Checkpointer(CriuInstallation.locate(System.getenv()), launcher, work);
 * CheckpointReport report = checkpointer.checkpoint(request);     // the container has ended, see report.directory()
 * ContainerProcess again = checkpointer.restore(restoreRequest).process();
 * }
 */
public final class Checkpointer {
    private final List<String> command;
    private final ContainerLauncher launcher;
    private final Optional<Path> runCache;
    private final Path work;
    private volatile @Nullable CriuProbe probe;

    /**
     * A checkpointer that uses one CRIU. Nothing is started yet.
     *
     * @param criu which CRIU
     * @param launcher starts CRIU and monitors; borrowed for the life of this object
     * @param work a directory for what CRIU must write beside its images; made if missing
     */
    public Checkpointer(CriuInstallation criu, ContainerLauncher launcher, Path work) throws IOException {
        this.command = criu.command();
        this.launcher = launcher;
        this.work = work;
        this.runCache = RunCache.choose(work);
    }

    /**
     * Which CRIU this is and what it can do here. The first call starts a CRIU, which also warms its knowledge of the kernel up.
     *
     * @throws dev.ferry.criu.CriuMissing if there is none that can be used
     */
    public CriuProbe probe() throws CriuException, IOException {
        CriuProbe known = probe;
        if (known == null) {
            known = OwnThread.run(
                    "criu-probe", () -> CriuProbe.ask(launcher, command, runCache, work.resolve("probe")));
            probe = known;
        }
        return known;
    }

    /**
     * Takes a checkpoint. When it returns, the checkpoint is durable and the container has been ended, or runs on if that was asked for.
     *
     * @throws CriuException if there is no checkpoint: the container runs on
     * @throws IOException likewise, when this host's files fail
     */
    public CheckpointReport checkpoint(CheckpointRequest request) throws CriuException, IOException {
        CriuProbe criu = probe();
        return OwnThread.run("criu-" + request.id(), () -> new Dump(request, criu, command, launcher, runCache).run());
    }

    /**
     * Brings a container back. When it returns, the container runs.
     *
     * @throws CriuException if it does not run: the checkpoint is unharmed, unless {@link dev.ferry.criu.CheckpointDamaged} says otherwise
     * @throws IOException likewise, when this host's files fail
     */
    public RestoredContainer restore(RestoreRequest request) throws CriuException, IOException {
        CriuProbe criu = probe();
        return OwnThread.run(
                "criu-" + request.id(), () -> new Restore(request, criu, command, launcher, runCache).run());
    }
}
