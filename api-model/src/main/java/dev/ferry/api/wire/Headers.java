package dev.ferry.api.wire;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Header fields; names are compared without regard to case, a repeated field's values are joined by a comma. */
public record Headers(Map<String, String> fields) {
    public Headers {
        Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Map.Entry<String, String> field : fields.entrySet()) {
            if (!isToken(field.getKey()) || hasControl(field.getValue())) {
                throw new IllegalArgumentException(
                        "header field '" + field.getKey() + "' has a character it must not have");
            }
            copy.put(field.getKey(), field.getValue());
        }
        fields = java.util.Collections.unmodifiableMap(copy);
    }

    public static Headers none() {
        return new Headers(Map.of());
    }

    public static Headers of(String name, String value) {
        return new Headers(Map.of(name, value));
    }

    public Headers with(String name, String value) {
        Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        more.putAll(fields);
        more.put(name, value);
        return new Headers(more);
    }

    public Optional<String> first(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** Whether a comma-separated field holds a word. */
    public boolean names(String name, String word) {
        String value = fields.get(name);
        return value != null
                && List.of(value.toLowerCase(Locale.ROOT).split("\\s*,\\s*", -1))
                        .contains(word);
    }

    private static boolean isToken(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':');
    }

    private static boolean hasControl(String value) {
        return value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0);
    }
}
