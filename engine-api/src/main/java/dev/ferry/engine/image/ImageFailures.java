package dev.ferry.engine.image;

import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.store.image.ImageException;
import dev.ferry.store.image.InvalidReference;
import dev.ferry.store.image.Reference;
import java.io.IOException;

/** What the content store says, as the caller may know it. */
final class ImageFailures {

    private ImageFailures() {}

    /** Work on the store. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws ImageException, IOException;
    }

    /** Runs work and translates what it throws. */
    static <T> T call(String what, Work<T> work) {
        try {
            return work.run();
        } catch (ImageException e) {
            throw of(e);
        } catch (IOException e) {
            throw new Failed("image.io", what + ": " + e.getMessage(), e);
        }
    }

    static EngineException of(ImageException e) {
        return switch (e) {
            case ImageException.NoSuchImage missing -> new NotFound(missing.code(), text(missing), missing);
            case ImageException.AmbiguousImage several -> new InvalidRequest(several.code(), text(several), several);
            case ImageException.ImageInUse used -> new Conflict(used.code(), text(used), used);
            case ImageException.BadImageRequest bad -> new InvalidRequest(bad.code(), text(bad), bad);
            case ImageException.BadImageArchive bad -> new InvalidRequest(bad.code(), text(bad), bad);
        };
    }

    /** A name as a user wrote it. */
    static Reference reference(String text) {
        try {
            return Reference.parse(text);
        } catch (InvalidReference e) {
            throw new InvalidRequest("image.reference", String.valueOf(e.getMessage()), e);
        }
    }

    private static String text(Exception e) {
        return String.valueOf(e.getMessage());
    }
}
