package dev.ferry.runtime.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One text as maps, lists, strings, booleans, {@link Numeral}s and nulls. RFC 8259, to the letter; UTF-8 only. Of names that come twice the last
 * counts.
 *
 * <p>It works on bytes, since its first and only run is interpreted, where an access to an array is cheap and a call is not.
 */
final class JsonTree {
    private static final int DEEPEST = 1000;

    /** A number as it was written: what it must fit into is the reader's affair. */
    record Numeral(String text) {
        boolean isWhole() {
            return text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
        }
    }

    private final byte[] json;
    private int at;
    private int depth;

    private JsonTree(byte[] json) {
        this.json = json;
    }

    static @Nullable Object read(byte[] json) throws JsonRefused.Syntax {
        var tree = new JsonTree(json);
        tree.skipMark();
        tree.skipSpace();
        Object value = tree.value();
        tree.skipSpace();
        if (tree.at < json.length) {
            throw tree.refused("Trailing token behind the document");
        }
        return value;
    }

    /** A byte order mark may be ignored. RFC 8259, section 8.1 */
    private void skipMark() {
        if (json.length >= 3 && json[0] == (byte) 0xef && json[1] == (byte) 0xbb && json[2] == (byte) 0xbf) {
            at = 3;
        }
    }

    private void skipSpace() {
        int i = at;
        while (i < json.length) {
            byte b = json[i];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                break;
            }
            i++;
        }
        at = i;
    }

    private byte next() throws JsonRefused.Syntax {
        if (at >= json.length) {
            throw refused("the text ends too early");
        }
        return json[at];
    }

    private @Nullable Object value() throws JsonRefused.Syntax {
        byte first = next();
        if (first == '"') {
            return string();
        }
        if (first == '{') {
            return object();
        }
        if (first == '[') {
            return array();
        }
        if (first == '-' || (first >= '0' && first <= '9')) {
            return number();
        }
        if (first == 't') {
            word("true");
            return true;
        }
        if (first == 'f') {
            word("false");
            return false;
        }
        if (first == 'n') {
            word("null");
            return null;
        }
        throw refused("a value is expected");
    }

    private Map<String, @Nullable Object> object() throws JsonRefused.Syntax {
        enter();
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        skipSpace();
        if (next() == '}') {
            leave();
            return members;
        }
        while (true) {
            if (next() != '"') {
                throw refused("a name in quotes is expected");
            }
            String name = string();
            skipSpace();
            if (next() != ':') {
                throw refused("a colon is expected");
            }
            at++;
            skipSpace();
            members.put(name, value());
            skipSpace();
            byte end = next();
            if (end == '}') {
                leave();
                return members;
            }
            if (end != ',') {
                throw refused("a comma or the end of the object is expected");
            }
            at++;
            skipSpace();
        }
    }

    private List<@Nullable Object> array() throws JsonRefused.Syntax {
        enter();
        List<@Nullable Object> elements = new ArrayList<>();
        skipSpace();
        if (next() == ']') {
            leave();
            return elements;
        }
        while (true) {
            elements.add(value());
            skipSpace();
            byte end = next();
            if (end == ']') {
                leave();
                return elements;
            }
            if (end != ',') {
                throw refused("a comma or the end of the array is expected");
            }
            at++;
            skipSpace();
        }
    }

    private void enter() throws JsonRefused.Syntax {
        if (++depth > DEEPEST) {
            throw refused("nested deeper than " + DEEPEST);
        }
        at++;
    }

    private void leave() {
        depth--;
        at++;
    }

    private void word(String word) throws JsonRefused.Syntax {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= json.length || json[at + i] != word.charAt(i)) {
                throw refused("\"" + word + "\" is expected");
            }
        }
        at += word.length();
    }

    private Numeral number() throws JsonRefused.Syntax {
        int start = at;
        if (json[at] == '-') {
            at++;
        }
        if (next() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < json.length && json[at] == '.') {
            at++;
            digits();
        }
        if (at < json.length && (json[at] == 'e' || json[at] == 'E')) {
            at++;
            if (next() == '+' || json[at] == '-') {
                at++;
            }
            digits();
        }
        return new Numeral(ascii(start, at));
    }

    private void digits() throws JsonRefused.Syntax {
        int start = at;
        while (at < json.length && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw refused("a digit is expected");
        }
    }

    private String string() throws JsonRefused.Syntax {
        int start = at + 1;
        boolean plain = true;
        int i = start;
        while (true) {
            if (i >= json.length) {
                at = json.length;
                throw refused("the text ends within a string");
            }
            byte b = json[i];
            if (b == '"') {
                break;
            }
            if (b == '\\') {
                plain = false;
                i++; // whatever comes is no end
            } else if (b >= 0 && b < ' ') {
                at = i;
                throw refused("a control character must be escaped in a string");
            } else if (b < 0) {
                plain = false;
            }
            i++;
        }
        String text = plain ? ascii(start, i) : unescaped(start, i);
        at = i + 1;
        return text;
    }

    private String ascii(int start, int end) {
        return new String(json, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private String unescaped(int start, int end) throws JsonRefused.Syntax {
        String raw;
        try {
            raw = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json, start, end - start))
                    .toString();
        } catch (CharacterCodingException e) {
            at = start;
            throw refused("a string is no UTF-8");
        }
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        var text = new StringBuilder(raw.length());
        at = start;
        int i = 0;
        while (i < raw.length()) {
            char c = raw.charAt(i++);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escaped = raw.charAt(i++); // there is one: its quote did not end the string
            switch (escaped) {
                case '"', '\\', '/' -> text.append(escaped);
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append(codeUnit(raw, i));
                    i += 4;
                }
                default -> throw refused("a string holds the escape \"\\" + escaped + "\", which there is not");
            }
        }
        return text.toString();
    }

    private char codeUnit(String raw, int from) throws JsonRefused.Syntax {
        int unit = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = i < raw.length() ? Character.digit(raw.charAt(i), 16) : -1;
            if (digit < 0 || raw.charAt(i) > 'f') {
                throw refused("a string holds \\u without four hexadecimal digits");
            }
            unit = unit * 16 + digit;
        }
        return (char) unit;
    }

    private JsonRefused.Syntax refused(String reason) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < at && i < json.length; i++) {
            column++;
            if (json[i] == '\n') {
                line++;
                column = 1;
            }
        }
        return new JsonRefused.Syntax(line, column, reason);
    }
}
