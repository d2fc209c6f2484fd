package dev.ferry.runtime.oci;

/** A document that is not what the OCI runtime specification asks for; the message names the place and the remedy. */
public final class InvalidSpec extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidSpec(String message, Throwable cause) {
        super(message, cause);
    }
}
