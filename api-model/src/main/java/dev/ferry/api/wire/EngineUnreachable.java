package dev.ferry.api.wire;

import java.io.IOException;

/** No connection to an engine could be opened. */
public final class EngineUnreachable extends IOException {
    private static final long serialVersionUID = 1;

    private final transient EngineAddress address;

    public EngineUnreachable(EngineAddress address, Exception cause) {
        super("no engine answers at '" + address + "': " + cause.getMessage(), cause);
        this.address = address;
    }

    public EngineAddress address() {
        return address;
    }
}
