package dev.ferry.api.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What an absent field means: the empty value of its type. Collections are copied so that records stay values. */
public final class Absence {
    /** How the API writes the time of something that has not happened. */
    public static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

    private Absence() {}

    public static String text(@Nullable String given) {
        return given == null ? "" : given;
    }

    public static Instant time(@Nullable Instant given) {
        return given == null ? NEVER : given;
    }

    public static <T> List<T> list(@Nullable List<T> given) {
        return given == null ? List.of() : Collections.unmodifiableList(new ArrayList<>(given));
    }

    public static <T> Map<String, T> map(@Nullable Map<String, T> given) {
        return given == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(given));
    }

    public static <T> @Nullable List<T> copy(@Nullable List<T> given) {
        return given == null ? null : list(given);
    }

    public static <T> @Nullable Map<String, T> copy(@Nullable Map<String, T> given) {
        return given == null ? null : map(given);
    }

    public static <T> T or(@Nullable T given, Supplier<T> empty) {
        return given == null ? empty.get() : given;
    }

    /** Leaves out {@link #NEVER}; Jackson asks {@code equals} whether a value is to be left out. */
    @SuppressWarnings("EqualsHashCode")
    public static final class NeverFilter {
        @Override
        public boolean equals(@Nullable Object value) {
            return value == null || NEVER.equals(value);
        }

        @Override
        public int hashCode() {
            return NEVER.hashCode();
        }
    }
}
