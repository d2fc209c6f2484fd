package dev.ferry.network;

/** The host does not let the port be reserved: another program listens there, or the address is none of the host's. */
public final class PortUnavailable extends NetworkException {
    private static final long serialVersionUID = 1L;

    /** In docker's words. */
    public PortUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "network.port-unavailable";
    }
}
