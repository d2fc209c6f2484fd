package dev.ferry.migration.peer;

/** Two engines do not become peers, or are none. Cause, object and remedy are in the text. */
public final class PeerRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    PeerRefused(String code, String text) {
        super(text);
        this.code = code;
    }

    /** For programs. */
    public String code() {
        return code;
    }
}
