package dev.ferry.store.image;

import dev.ferry.store.content.Digest;

/** A request about images that cannot be met. Messages are the ones docker users know. */
public abstract sealed class ImageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;

    ImageException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** A short word for logs and metrics that stays the same over versions. */
    public String code() {
        return code;
    }

    /** Nothing is stored under this name or id. */
    public static final class NoSuchImage extends ImageException {
        private static final long serialVersionUID = 1L;

        public NoSuchImage(String name) {
            super("image.missing", "No such image: " + name);
        }
    }

    /** Several images' ids begin with what was typed. */
    public static final class AmbiguousImage extends ImageException {
        private static final long serialVersionUID = 1L;

        public AmbiguousImage(String prefix) {
            super(
                    "image.ambiguous",
                    "image id prefix \"" + prefix + "\" is ambiguous: type more digits, or the image's name");
        }
    }

    /** The image is needed by something. */
    public static final class ImageInUse extends ImageException {
        private static final long serialVersionUID = 1L;

        ImageInUse(String message) {
            super("image.in-use", "conflict: " + message);
        }

        static ImageInUse delete(Digest id, boolean canForce, String why) {
            return new ImageInUse("unable to delete " + id.abbreviated() + " ("
                    + (canForce ? "must be forced" : "cannot be forced") + ") - " + why);
        }
    }

    /** What was asked for is not a valid request: a bad change instruction, a name with a digest where a tag is needed. */
    public static final class BadImageRequest extends ImageException {
        private static final long serialVersionUID = 1L;

        public BadImageRequest(String message) {
            super("image.bad-request", message);
        }
    }

    /** An archive or a root file system tar is not what it should be. Nothing of it was kept. */
    public static final class BadImageArchive extends ImageException {
        private static final long serialVersionUID = 1L;

        public BadImageArchive(String message) {
            super("image.bad-archive", message);
        }

        public BadImageArchive(String message, Throwable cause) {
            super("image.bad-archive", message);
            initCause(cause);
        }
    }
}
