package dev.ferry.runtime.container;

import dev.ferry.runtime.mount.RootFilesystem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A container to bring back by CRIU. The monitor's child executes CRIU in a mount namespace of its own; the restored init becomes
 * the monitor's second child.
 *
 * @param id for error texts only
 * @param directory of the new incarnation, made if missing; receives {@code monitor.json} and {@code exit}
 * @param log receives frames at its end: the file that the container wrote to before, so that it goes on
 * @param root mounted at {@link RestoringContainer#root()} in CRIU's mount namespace only
 * @param criuCommand program and first arguments, absolute; {@code swrk 8} is added
 * @param images directory that CRIU reads, see {@link RestoringContainer#imagesDirectory()}
 * @param work directory that CRIU works and logs in, see {@link RestoringContainer#workDirectory()}
 * @param network the network namespace to keep; empty for the engine's own
 * @param runCache a directory on tmpfs that becomes CRIU's {@code /run}, so that it finds what it learnt about this kernel before
 * @param terminal whether the container has a terminal
 * @param keepStdin whether the container had a standard input pipe
 * @param profile whether to take the time of every stage
 */
public record RestoreLaunch(
        String id,
        Path directory,
        Path log,
        RootFilesystem root,
        List<String> criuCommand,
        Path images,
        Path work,
        Optional<Path> network,
        Optional<Path> runCache,
        boolean terminal,
        boolean keepStdin,
        boolean profile) {

    public RestoreLaunch {
        criuCommand = List.copyOf(criuCommand);
        if (criuCommand.isEmpty() || !criuCommand.getFirst().startsWith("/")) {
            throw new IllegalArgumentException(
                    "CRIU's command \"%s\" does not begin with an absolute path".formatted(criuCommand));
        }
    }
}
