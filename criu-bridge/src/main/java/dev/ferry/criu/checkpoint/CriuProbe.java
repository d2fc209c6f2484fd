package dev.ferry.criu.checkpoint;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.CriuMissing;
import dev.ferry.criu.rpc.CriuFeatures;
import dev.ferry.criu.rpc.CriuProcess;
import dev.ferry.criu.rpc.CriuVersion;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.CriuChild;
import dev.ferry.runtime.container.CriuLaunch;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a CRIU says of itself: asked once, because each question costs a process. */
public record CriuProbe(CriuVersion version, CriuFeatures features) {
    /**
     * Starts CRIU and asks it.
     *
     * @param command of the installation
     * @param runCache a directory on tmpfs where CRIU keeps what it has learnt about the kernel
     * @param work a directory that it may write into
     * @throws CriuMissing if it is too old or cannot be started
     */
    static CriuProbe ask(ContainerLauncher launcher, List<String> command, Optional<Path> runCache, Path work)
            throws CriuException, IOException {
        Files.createDirectories(work);
        try (CriuChild child = launcher.criu(new CriuLaunch(command, runCache, Optional.empty(), work));
                CriuProcess process =
                        new CriuProcess(child.rpc(), child.pid(), work.resolve("criu.log"), CriuProcess.Release.NONE)) {
            CriuProbe probe = new CriuProbe(process.version(), process.features());
            if (probe.version().compareTo(CriuVersion.OLDEST_SUPPORTED) < 0) {
                throw new CriuMissing(
                        "criu " + probe.version() + " is too old",
                        "install criu " + CriuVersion.OLDEST_SUPPORTED + " or newer");
            }
            return probe;
        } catch (SpawnException e) {
            CriuMissing missing = new CriuMissing(
                    "criu cannot be started: " + e.getMessage(), "check \"" + String.join(" ", command) + "\"");
            missing.initCause(e);
            throw missing;
        }
    }
}
