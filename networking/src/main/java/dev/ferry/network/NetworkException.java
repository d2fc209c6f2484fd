package dev.ferry.network;

/** A network that a container cannot have: which one, and what to do about it. The kernel's own refusals are {@code NetlinkException}. */
public abstract sealed class NetworkException extends Exception
        permits AddressesExhausted, BridgeTaken, PortAllocated, PortUnavailable {
    private static final long serialVersionUID = 1L;

    NetworkException(String message) {
        super(message);
    }

    NetworkException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A short stable word for logs and scripts, such as {@code network.port-allocated}. */
    public abstract String code();
}
