package dev.ferry.runtime.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A CRIU process for everything but a restore: dumps, probes. It runs in a mount namespace of its own, is a child of the engine
 * and ends when its socket is closed.
 *
 * @param criuCommand program and first arguments, absolute; {@code swrk 3} is added
 * @param runCache a directory on tmpfs that becomes CRIU's {@code /run}
 * @param images directory for images, made in CRIU's mount namespace; empty where a request needs none
 * @param work directory that CRIU works and logs in
 */
public record CriuLaunch(List<String> criuCommand, Optional<Path> runCache, Optional<Path> images, Path work) {

    public CriuLaunch {
        criuCommand = List.copyOf(criuCommand);
        if (criuCommand.isEmpty() || !criuCommand.getFirst().startsWith("/")) {
            throw new IllegalArgumentException(
                    "CRIU's command \"%s\" does not begin with an absolute path".formatted(criuCommand));
        }
    }
}
