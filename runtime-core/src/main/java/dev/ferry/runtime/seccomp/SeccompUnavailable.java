package dev.ferry.runtime.seccomp;

/** This host has no libseccomp to make filters with. */
public final class SeccompUnavailable extends SeccompException {
    private static final long serialVersionUID = 1L;

    SeccompUnavailable(String message) {
        super(message);
    }
}
