package dev.ferry.store.image;

/** A text is not the name of an image. The message is the one docker users know. */
public final class InvalidReference extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    InvalidReference(String message) {
        super(message);
    }
}
