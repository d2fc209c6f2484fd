package dev.ferry.engine.migration;

import dev.ferry.engine.checkpoint.CheckpointService;
import dev.ferry.engine.checkpoint.Restoration;
import dev.ferry.engine.checkpoint.WritableLayers;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.LifeCycle;
import dev.ferry.engine.error.EngineException;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.StepListener;
import dev.ferry.store.image.ImageStore;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What containers of this engine leave from and arrive on.
 *
 * @param home the directory of all migrations' files
 * @param steps is told of points at which this engine may die
 * @param patience with other engines
 */
public record Grounds(
        Path home,
        ContentStore content,
        ImageStore images,
        Incarnations incarnations,
        LifeCycle life,
        WritableLayers layers,
        Restoration restoration,
        CheckpointService.CriuSource criu,
        ContainerEvents events,
        StepListener steps,
        Patience patience) {
    private static final Logger LOG = LoggerFactory.getLogger(Grounds.class);

    /** The name of the dump inside a migration's directory. */
    static final String DUMP = "dump";

    /** Where the files of one migration lie. */
    Path directory(String migration) {
        return home.resolve(migration);
    }

    /** Deletes the files of a migration. A failure is logged: it costs space, and the next start tries again. */
    void forget(String migration) {
        try {
            Incarnations.deleteTree(directory(migration));
        } catch (IOException e) {
            LOG.warn("files of migration {} stay behind: {}", migration, e.getMessage());
        }
    }

    /** Something to do that may fail. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    /** Does it on the container's lane, and fails as it does. */
    static void onLane(Container container, Work work) throws IOException {
        @Nullable IOException failure;
        try {
            failure = container.lane().<@Nullable IOException>call(() -> {
                try {
                    work.run();
                    return null;
                } catch (IOException e) {
                    return e;
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (EngineException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Does it on the container's lane; what fails is logged and found again by the next engine. */
    static void settle(Container container, Work work) {
        try {
            onLane(container, work);
        } catch (IOException e) {
            LOG.error("container {}: {}", container.id(), e.getMessage(), e);
        }
    }
}
