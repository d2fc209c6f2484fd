package dev.ferry.runtime.systemd;

/** systemd has taken a request, and its work on it failed or took too long. */
public final class JobFailed extends SystemdException {
    private static final long serialVersionUID = 1L;

    JobFailed(String message) {
        super(message, null);
    }
}
