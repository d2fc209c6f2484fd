package dev.ferry.migration.transfer;

import java.io.IOException;

/** The other side has said no, or the user has: asking again changes nothing. */
public final class Refusal extends IOException {
    private static final long serialVersionUID = 1;

    private final String code;

    public Refusal(String code, String text) {
        super(text);
        this.code = code;
    }

    /** For programs. */
    public String code() {
        return code;
    }
}
