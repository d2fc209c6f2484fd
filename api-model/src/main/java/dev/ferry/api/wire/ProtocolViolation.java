package dev.ferry.api.wire;

import java.io.IOException;

/** The other side sent something that is not HTTP/1.1 or not a frame, or ended in the middle of it. */
public final class ProtocolViolation extends IOException {
    private static final long serialVersionUID = 1;

    public ProtocolViolation(String message) {
        super(message);
    }
}
