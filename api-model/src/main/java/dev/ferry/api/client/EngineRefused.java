package dev.ferry.api.client;

import java.io.IOException;

/** The engine understood a request and answered that it will not or can not do it. */
public final class EngineRefused extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param message the engine's own words */
    public EngineRefused(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The HTTP status: 400 bad request, 404 no such thing, 409 conflict, 500 failed, 501 not supported ... */
    public int status() {
        return status;
    }
}
