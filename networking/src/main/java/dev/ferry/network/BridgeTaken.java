package dev.ferry.network;

/** An interface has the name of our bridge and is not ours. */
public final class BridgeTaken extends NetworkException {
    private static final long serialVersionUID = 1L;

    /**
     * From what was found.
     *
     * @param name of the interface
     * @param owner whose it is, as far as one can tell
     */
    public BridgeTaken(String name, String owner) {
        super("interface \"" + name + "\" belongs to " + owner
                + "; stop that engine and delete the interface, or start this one with --bridge none");
    }

    @Override
    public String code() {
        return "network.bridge-taken";
    }
}
