package dev.ferry.runtime.seccomp;

/** Why there is no filter for a container that wants one. */
public abstract sealed class SeccompException extends Exception permits SeccompRefused, SeccompUnavailable {
    private static final long serialVersionUID = 1L;

    SeccompException(String message) {
        super(message);
    }
}
