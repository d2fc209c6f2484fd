package dev.ferry.runtime.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as people write them: {@code true}, {@code uint64 5}, {@code 'text'}, {@code [1, 2]}, {@code @as []}, {@code ('a', true)}. GLib's
 * "GVariant Text Format", without dictionaries and what has no use in a property.
 */
final class VariantText {
    private static final Map<String, String> KEYWORDS = Map.ofEntries(
            Map.entry("boolean", "b"),
            Map.entry("byte", "y"),
            Map.entry("int16", "n"),
            Map.entry("uint16", "q"),
            Map.entry("int32", "i"),
            Map.entry("uint32", "u"),
            Map.entry("int64", "x"),
            Map.entry("uint64", "t"),
            Map.entry("double", "d"),
            Map.entry("string", "s"),
            Map.entry("objectpath", "o"),
            Map.entry("signature", "g"));

    private static final int DEEPEST = 8;

    private final String text;
    private int at;

    private VariantText(String text) {
        this.text = text;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Value parse(String text) {
        VariantText read = new VariantText(text);
        Value value = read.value(null, 0);
        read.space();
        if (read.at != text.length()) {
            throw read.wrong("nothing more");
        }
        return value;
    }

    /** With the type that was named before it; without one a number is an int32 or a double, and characters are a string. */
    private Value value(@Nullable String type, int depth) {
        if (depth > DEEPEST) {
            throw wrong("fewer values in each other");
        }
        space();
        char next = at < text.length() ? text.charAt(at) : ' ';
        if (next == '@') {
            int end = at + 1;
            while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            String named = text.substring(at + 1, end);
            at = end;
            return value(named, depth + 1);
        }
        if (next == '\'' || next == '"') {
            return characters(type == null ? "s" : type, quoted(next));
        }
        if (next == '[') {
            return array(type, depth);
        }
        if (next == '(') {
            return struct(type, depth);
        }
        String word = word();
        String keyword = KEYWORDS.get(word);
        if (keyword != null) {
            return value(keyword, depth + 1);
        }
        if (word.equals("true") || word.equals("false")) {
            if (type != null && !type.equals("b")) {
                throw wrong("a value of type " + type);
            }
            return new Value.Bool(word.equals("true"));
        }
        return number(type, word);
    }

    private Value characters(String type, String value) {
        if (!type.equals("s") && !type.equals("o") && !type.equals("g")) {
            throw wrong("a value of type " + type);
        }
        return new Value.Text(type.charAt(0), value);
    }

    private Value number(@Nullable String type, String word) {
        String wanted = type == null ? (word.matches(".*[.].*|[^xX]*[eE].*") ? "d" : "i") : type;
        try {
            if (wanted.equals("d")) {
                return new Value.Real(Double.parseDouble(word));
            }
            if (wanted.length() == 1 && "ynqiuxt".contains(wanted)) {
                long value = wanted.equals("t") && !word.startsWith("-") && !word.startsWith("0x")
                        ? Long.parseUnsignedLong(word)
                        : Long.decode(word);
                return new Value.Whole(wanted.charAt(0), value);
            }
        } catch (NumberFormatException e) {
            throw wrong("a number");
        }
        throw wrong("a value of type " + wanted);
    }

    private Value array(@Nullable String type, int depth) {
        String element = type != null && type.startsWith("a") ? type.substring(1) : null;
        if (type != null && element == null) {
            throw wrong("a value of type " + type);
        }
        List<Value> values = list('[', ']', element == null ? List.of() : List.of(element), true, depth);
        if (element == null && values.isEmpty()) {
            throw wrong("a type in front of an empty array, such as @as");
        }
        return new Value.Array(element == null ? values.getFirst().signature() : element, values);
    }

    private Value struct(@Nullable String type, int depth) {
        List<String> parts = new ArrayList<>();
        if (type != null) {
            try {
                for (int i = 1; i < type.length() - 1; ) {
                    int end = Wire.end(type, i, 0);
                    parts.add(type.substring(i, end));
                    i = end;
                }
            } catch (BusUnusable e) {
                throw new IllegalArgumentException("\"" + type + "\" is no type", e);
            }
        }
        return new Value.Struct(list('(', ')', parts, false, depth));
    }

    private List<Value> list(char open, char close, List<String> types, boolean same, int depth) {
        List<Value> values = new ArrayList<>();
        at++;
        space();
        while (at < text.length() && text.charAt(at) != close) {
            int place = same ? 0 : values.size();
            @Nullable String type = place < types.size() ? types.get(place) : null;
            // what the first one is, all are
            if (same && type == null && !values.isEmpty()) {
                type = values.getFirst().signature();
            }
            values.add(value(type, depth + 1));
            space();
            if (at < text.length() && text.charAt(at) == ',') {
                at++;
                space();
            } else if (at >= text.length() || text.charAt(at) != close) {
                throw wrong("',' or '" + close + "' behind '" + open + "'");
            }
        }
        if (at >= text.length()) {
            throw wrong("'" + close + "'");
        }
        at++;
        return values;
    }

    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                at++;
                return value.toString();
            }
            if (c == '\\' && at + 1 < text.length()) {
                at++;
                value.append(
                        switch (text.charAt(at)) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case '\\', '\'', '"' -> text.charAt(at);
                            default -> throw wrong("\\n, \\t, \\\\ or a quote behind \\");
                        });
            } else {
                value.append(c);
            }
        }
        throw wrong("a quote at the end");
    }

    private String word() {
        int begin = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "+-._".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (at == begin) {
            throw wrong("a value such as true, uint64 5 or 'text'");
        }
        return text.substring(begin, at);
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException(
                "at character %d of \"%s\" there must be %s".formatted(at + 1, text, expected));
    }
}
