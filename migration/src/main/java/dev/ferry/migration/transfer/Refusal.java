package dev.ferry.migration.transfer;

import dev.ferry.migration.protocol.Reply;
import java.io.IOException;

/** The other side has said no, or the user has: asking again changes nothing. */
public final class Refusal extends IOException {
    private static final long serialVersionUID = 1;

    /** How the C library puts it. */
    private static final String FULL = "No space left on device";

    private final String code;

    public Refusal(String code, String text) {
        super(text);
        this.code = code;
    }

    /** What the other side is told of something that failed here. */
    public static Reply.Refused reply(String code, String text) {
        return text.contains(FULL)
                ? new Reply.Refused("migration.space", text + "; make room there, then migrate it again")
                : new Reply.Refused(code, text);
    }

    /** For programs. */
    public String code() {
        return code;
    }
}
