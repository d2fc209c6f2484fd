package dev.ferry.network;

/** No address is left in a pool, or no pool is left on this host. */
public final class AddressesExhausted extends NetworkException {
    private static final long serialVersionUID = 1L;

    /**
     * With the whole sentence.
     *
     * @param message docker's words where it has some, and the remedy
     */
    public AddressesExhausted(String message) {
        super(message);
    }

    @Override
    public String code() {
        return "network.addresses-exhausted";
    }
}
