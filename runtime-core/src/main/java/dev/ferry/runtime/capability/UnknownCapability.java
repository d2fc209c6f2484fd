package dev.ferry.runtime.capability;

/** A name that no capability of this kernel interface has. */
public final class UnknownCapability extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String capability;

    UnknownCapability(String capability) {
        super("unknown capability: \"%s\"".formatted(capability));
        this.capability = capability;
    }

    /** The name, upper case, with {@code CAP_}. */
    public String capability() {
        return capability;
    }
}
