package dev.ferry.api.wire;

import java.io.IOException;

/** The engine did not hand its connection over. */
public final class RefusedHijack extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String body;

    RefusedHijack(int status, String body) {
        super("status " + status + " instead of a raw stream: " + body);
        this.status = status;
        this.body = body;
    }

    public int status() {
        return status;
    }

    public String body() {
        return body;
    }
}
