package dev.ferry.runtime.oci;

import java.nio.charset.StandardCharsets;

/**
 * What a document's escapes may stand for: no halves of surrogate pairs, which cannot be written again, and no NUL, which would end a path or an
 * argument early when the kernel reads it.
 */
final class Escapes {
    private Escapes() {}

    /** Looks at JSON that has been read without error; an {@link IllegalArgumentException} says where it has what it may not. */
    static void check(byte[] json) {
        for (int i = 1; i < json.length; i++) {
            if (json[i] == 'u' && json[i - 1] == '\\') {
                check(new String(json, StandardCharsets.UTF_8));
                return;
            }
        }
    }

    private static void check(String text) {
        int at = text.indexOf('\\');
        while (at >= 0) {
            int end = at + 2;
            int unit = unit(text, at);
            if (unit >= 0) {
                end = at + 6;
                if (unit == 0) {
                    throw new IllegalArgumentException(
                            "it has a NUL (\\u0000) in %s; take it out, the kernel's texts end there"
                                    .formatted(line(text, at)));
                }
                if (Character.isHighSurrogate((char) unit)) {
                    int other = unit(text, end);
                    if (other < 0 || !Character.isLowSurrogate((char) other)) {
                        throw half(text, at);
                    }
                    end += 6;
                } else if (Character.isLowSurrogate((char) unit)) {
                    throw half(text, at);
                }
            }
            at = text.indexOf('\\', end);
        }
    }

    private static IllegalArgumentException half(String text, int at) {
        return new IllegalArgumentException(
                "it has half of a surrogate pair (\"%s\") in %s; write both halves, or the character itself"
                        .formatted(text.substring(at, at + 6), line(text, at)));
    }

    private static String line(String text, int at) {
        return "line "
                + (1 + text.substring(0, at).chars().filter(c -> c == '\n').count());
    }

    /** The value of an escape of four digits that begins there; −1 when none does, and JSON's own reading says what is wrong. */
    private static int unit(String text, int at) {
        if (at + 6 > text.length() || text.charAt(at) != '\\' || text.charAt(at + 1) != 'u') {
            return -1;
        }
        int unit = 0;
        for (int i = at + 2; i < at + 6; i++) {
            // only the digits of ASCII: Character.digit knows others too
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0) {
                return -1;
            }
            unit = unit * 16 + digit;
        }
        return unit;
    }
}
