package dev.ferry.store.files;

import java.io.IOException;
import java.util.Optional;

/**
 * How a tar is taken apart in a container.
 *
 * @param keepKinds whether a directory in the place of a file, or a file in the place of a directory, is refused rather than replaced
 * @param owner whose everything becomes; empty for what the tar says
 * @param watch asked before each entry and at the end
 */
public record UnpackOptions(boolean keepKinds, Optional<Owner> owner, Watch watch) {

    /** As the tar says. */
    public static final UnpackOptions PLAIN = new UnpackOptions(false, Optional.empty(), () -> {});

    /** A user and a group by number. */
    public record Owner(int user, int group) {}

    /** Stops the work when the container is no longer what it was. */
    @FunctionalInterface
    public interface Watch {
        /** Throws to stop. */
        void look() throws IOException;
    }
}
