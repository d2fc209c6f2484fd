package dev.ferry.network;

/** Another container has the port already. */
public final class PortAllocated extends NetworkException {
    private static final long serialVersionUID = 1L;

    /** In docker's words. */
    public PortAllocated(String message) {
        super(message);
    }

    @Override
    public String code() {
        return "network.port-allocated";
    }
}
