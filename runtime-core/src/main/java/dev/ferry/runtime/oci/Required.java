package dev.ferry.runtime.oci;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the records' constructors check. */
final class Required {
    private Required() {}

    static String text(String name, @Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException("\"%s\" is missing; the specification requires it".formatted(name));
        }
        return value;
    }

    static <T> T present(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException("\"%s\" is missing; the specification requires it".formatted(name));
        }
        return value;
    }

    static long uint32(String name, long value) {
        if (value < 0 || value > 0xffff_ffffL) {
            throw new IllegalArgumentException(
                    "\"%s\" is %d; it must lie between 0 and 4294967295".formatted(name, value));
        }
        return value;
    }

    static <T> List<T> list(@Nullable List<T> values) {
        return values == null ? List.of() : List.copyOf(values);
    }

    /** Keeps the order of the document, so that what is written looks like what was read. */
    static <T> Map<String, T> map(@Nullable Map<String, T> values) {
        return values == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
