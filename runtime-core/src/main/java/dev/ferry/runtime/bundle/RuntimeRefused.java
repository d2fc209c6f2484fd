package dev.ferry.runtime.bundle;

/** A call of the runtime cannot be carried out, and nothing has changed. The text names cause, object and remedy. */
public final class RuntimeRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** With a text for users. */
    public RuntimeRefused(String message) {
        super(message);
    }

    /** The same with what led to it. */
    public RuntimeRefused(String message, Exception cause) {
        super(message, cause);
    }
}
