package dev.ferry.migration.protocol;

/** Makes connections to peers. */
@FunctionalInterface
public interface Dialer {
    /**
     * Connects to the peer of that name.
     *
     * @throws WireRefused also when there is no peer of that name, or it has no address
     */
    Wire dial(String peer) throws WireException;
}
