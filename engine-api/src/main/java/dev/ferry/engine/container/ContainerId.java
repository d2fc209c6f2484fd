package dev.ferry.engine.container;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The 64 hexadecimal digits that name a container for ever. */
public record ContainerId(@JsonValue String text) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    /** Takes the text of an id. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ContainerId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no container id");
        }
    }

    /** Whether a directory name is an id. */
    public static boolean is(String text) {
        return FORM.matcher(text).matches();
    }

    /** A new id. Its short form is never all digits, because such a hostname is taken for a number by some programs. */
    public static ContainerId random() {
        while (true) {
            byte[] bytes = new byte[32];
            RANDOM.nextBytes(bytes);
            String text = HexFormat.of().formatHex(bytes);
            if (!text.substring(0, 12).chars().allMatch(Character::isDigit)) {
                return new ContainerId(text);
            }
        }
    }

    /** The first twelve digits, as the docker CLI shows. */
    public String abbreviated() {
        return text.substring(0, 12);
    }

    @Override
    public String toString() {
        return text;
    }
}
