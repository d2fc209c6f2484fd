package dev.ferry.runtime.seccomp;

/** A filter that cannot be made as it is described: the configuration is to be changed. */
public final class SeccompRefused extends SeccompException {
    private static final long serialVersionUID = 1L;

    SeccompRefused(String message) {
        super(message);
    }
}
