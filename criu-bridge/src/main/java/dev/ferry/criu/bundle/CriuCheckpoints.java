package dev.ferry.criu.bundle;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.checkpoint.AbandonedCriu;
import dev.ferry.criu.checkpoint.RunCache;
import dev.ferry.criu.rpc.CriuInstallation;
import dev.ferry.runtime.bundle.BundleCheckpoints;
import dev.ferry.runtime.bundle.CheckpointFlags;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.container.RuntimeCriu;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The CRIU of this host, for the OCI runtime. Made by the class path's list of services; holds nothing between two calls. */
public final class CriuCheckpoints implements BundleCheckpoints {
    /** Beside the containers, none of whose IDs begins with a dot. */
    private static final String OWN = ".criu";

    /** One that serves pages does not give up, and ends nobody when it is killed. */
    private static final Duration GIVES_UP_WITHIN = Duration.ofSeconds(5);

    private static final Path RUN = Path.of("/run");

    /** Looks at nothing yet. */
    public CriuCheckpoints() {}

    /**
     * What a call needs besides the container.
     *
     * @param own a directory for what belongs to no container
     */
    record Tools(List<String> command, Path own, RuntimeCriu criu) {
        /**
         * What CRIU sees as its /run where the host's is not fit to keep things; that hides everything below it, so a restore, whose
         * mounts may come from there, has none.
         */
        Optional<Path> runCache(CheckpointFlags flags) throws IOException {
            boolean hides = flags.images().startsWith(RUN) || flags.work().startsWith(RUN);
            return hides || RunCache.isHosts() ? Optional.empty() : RunCache.choose(own);
        }
    }

    private interface Operation<T> {
        T run(Tools tools) throws CriuException, SpawnException, RuntimeRefused, IOException;
    }

    @Override
    public void checkpoint(Running container, CheckpointFlags flags) throws RuntimeRefused, IOException {
        with(container.states(), tools -> {
            new BundleDump(container, flags, tools).run();
            return true;
        });
    }

    @Override
    public int restore(Gone container, CheckpointFlags flags, Witness witness) throws RuntimeRefused, IOException {
        return with(container.states(), tools -> new BundleRestore(container, flags, witness, tools).run());
    }

    @Override
    public void end(Path directory, Cgroup cgroup) throws IOException {
        AbandonedCriu.awaitEnd(directory, GIVES_UP_WITHIN, cgroup::thaw);
        AbandonedCriu.forget(directory.resolve(CRIU));
    }

    @Override
    public boolean isAtWork(Path directory) throws IOException {
        return AbandonedCriu.isThere(directory.resolve(CRIU));
    }

    private static <T> T with(Path states, Operation<T> operation) throws RuntimeRefused, IOException {
        try {
            Path own = Files.createDirectories(states.resolve(OWN));
            List<String> command = CriuInstallation.locate(System.getenv()).command();
            return operation.run(new Tools(command, own, new RuntimeCriu(own)));
        } catch (CriuException e) {
            throw new RuntimeRefused(String.valueOf(e.getMessage()), e);
        } catch (SpawnException e) {
            throw new RuntimeRefused(
                    "criu cannot be started: %s; check the installation of criu".formatted(e.getMessage()), e);
        }
    }
}
