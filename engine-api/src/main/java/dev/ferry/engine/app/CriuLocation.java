package dev.ferry.engine.app;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.checkpoint.Checkpointer;
import dev.ferry.criu.rpc.CriuInstallation;
import dev.ferry.runtime.container.ContainerLauncher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Finds CRIU when it is first needed, and again as long as it is missing: it may be installed while the engine runs. */
final class CriuLocation {

    private final Path tools;
    private final ContainerLauncher launcher;
    private final Path work;

    /** Guards known. Outermost of the engine's locks; nothing else is taken under it, but files are looked at. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Checkpointer known;

    CriuLocation(Path tools, ContainerLauncher launcher, Path work) {
        this.tools = tools;
        this.launcher = launcher;
        this.work = work;
    }

    Checkpointer checkpointer() throws CriuException, IOException {
        lock.lock();
        try {
            Checkpointer found = known;
            if (found == null) {
                Map<String, String> environment = new HashMap<>(System.getenv());
                environment.put("FERRY_TOOLS", tools.toString());
                found = new Checkpointer(CriuInstallation.locate(environment), launcher, work);
                known = found;
            }
            return found;
        } finally {
            lock.unlock();
        }
    }
}
