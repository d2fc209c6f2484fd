package dev.ferry.runtime.json;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One object, written member by member: indented, and what is null or empty left out, as the runtime's other documents are. */
public final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder text = new StringBuilder("{");
    private boolean empty = true;

    /** A text. */
    public JsonText text(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            member(name, 1);
            quote(value);
        }
        return this;
    }

    /** A number. */
    public JsonText number(String name, long value) {
        member(name, 1);
        text.append(value);
        return this;
    }

    /** Texts in their order; empty ones count. */
    public JsonText texts(String name, @Nullable List<String> values) {
        if (values == null || values.isEmpty()) {
            return this;
        }
        member(name, 1);
        String separator = "[ ";
        for (String value : values) {
            text.append(separator);
            quote(value);
            separator = ", ";
        }
        text.append(" ]");
        return this;
    }

    /** Texts by name in their order; empty ones count. */
    public JsonText textsByName(String name, Map<String, String> values) {
        if (values.isEmpty()) {
            return this;
        }
        member(name, 1);
        text.append('{');
        empty = true;
        for (Map.Entry<String, String> entry : values.entrySet()) {
            member(entry.getKey(), 2);
            quote(entry.getValue());
        }
        text.append("\n  }");
        return this;
    }

    /** An object, of numbers and texts only. */
    public JsonText object(String name, JsonText value) {
        member(name, 1);
        text.append(value.closed().replace("\n", "\n  "));
        return this;
    }

    /** UTF-8. */
    public byte[] bytes() {
        return closed().getBytes(StandardCharsets.UTF_8);
    }

    private String closed() {
        return text + (empty ? " }" : "\n}");
    }

    private void member(String name, int level) {
        text.append(empty ? "\n" : ",\n");
        empty = false;
        for (int i = 0; i < level; i++) {
            text.append("  ");
        }
        quote(name);
        text.append(" : ");
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\') {
                text.append(c);
                continue;
            }
            text.append('\\');
            switch (c) {
                case '"', '\\' -> text.append(c);
                case '\b' -> text.append('b');
                case '\f' -> text.append('f');
                case '\n' -> text.append('n');
                case '\r' -> text.append('r');
                case '\t' -> text.append('t');
                default -> text.append("u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
            }
        }
        text.append('"');
    }
}
