package dev.ferry.runtime.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object of a document, asked for its members one by one. A member that is missing counts as null; members that nobody asks for do not
 * matter; one of the wrong kind is refused with its place. Nothing is taken for something else: a text is no number, a fraction no whole one.
 */
public final class JsonObject {
    private final Place place;
    private final Map<?, ?> members;

    private JsonObject(Place place, Map<?, ?> members) {
        this.place = place;
        this.members = members;
    }

    /** Makes something of an object. It may refuse by an {@link IllegalArgumentException}, which gets the object's place. */
    @FunctionalInterface
    public interface Reader<T> {
        /** Makes it. */
        T read(JsonObject from) throws JsonRefused;
    }

    /**
     * Reads a text that is one object, in UTF-8.
     *
     * @throws JsonRefused when it is not
     */
    public static <T> T read(byte[] json, Reader<T> reader) throws JsonRefused {
        return read(Place.WHOLE, JsonTree.read(json), reader);
    }

    private static <T> T read(Place place, @Nullable Object value, Reader<T> reader) throws JsonRefused {
        if (!(value instanceof Map<?, ?> members)) {
            throw wrong(place, value, "an object");
        }
        try {
            return reader.read(new JsonObject(place, members));
        } catch (IllegalArgumentException e) {
            throw new JsonRefused.Content(place.toString(), String.valueOf(e.getMessage()), e);
        }
    }

    /** A text. */
    public @Nullable String text(String name) throws JsonRefused {
        Object value = members.get(name);
        return value == null ? null : text(at(name), value);
    }

    /** True or false. */
    public @Nullable Boolean decision(String name) throws JsonRefused {
        Object value = members.get(name);
        if (value == null || value instanceof Boolean) {
            return (Boolean) value;
        }
        throw wrong(at(name), value, "true or false");
    }

    /** Whether it is true; false when it is missing. */
    public boolean is(String name) throws JsonRefused {
        Boolean value = decision(name);
        return value != null && value;
    }

    /** A whole number of 32 bits. */
    public @Nullable Integer integer(String name) throws JsonRefused {
        Object value = members.get(name);
        if (value == null) {
            return null;
        }
        long number = number(at(name), value);
        if (number != (int) number) {
            throw new JsonRefused.Content(
                    at(name).toString(), "is " + number + ", which is no number of 32 bits with a sign", null);
        }
        return (int) number;
    }

    /** The same; 0 when it is missing. */
    public int integerOrZero(String name) throws JsonRefused {
        Integer number = integer(name);
        return number == null ? 0 : number;
    }

    /** A whole number of 64 bits. */
    public @Nullable Long number(String name) throws JsonRefused {
        Object value = members.get(name);
        return value == null ? null : number(at(name), value);
    }

    /** The same; 0 when it is missing. */
    public long numberOrZero(String name) throws JsonRefused {
        Long number = number(name);
        return number == null ? 0 : number;
    }

    /** A whole number from 0 to 2⁶⁴−1, whose top bit is not a sign; 0 when it is missing. */
    public long unsignedOrZero(String name) throws JsonRefused {
        Object value = members.get(name);
        if (value == null) {
            return 0;
        }
        try {
            String digits = whole(at(name), value);
            return digits.equals("-0") ? 0 : Long.parseUnsignedLong(digits);
        } catch (NumberFormatException e) {
            throw new JsonRefused.Content(
                    at(name).toString(), "is " + kind(value) + "; it must lie between 0 and 18446744073709551615", e);
        }
    }

    /** A text that is one of some words. */
    public <E> @Nullable E choice(String name, E[] all, Function<E, String> word) throws JsonRefused {
        Object value = members.get(name);
        return value == null ? null : choice(at(name), value, all, word);
    }

    /** An array of such texts. */
    public <E> @Nullable List<E> choices(String name, E[] all, Function<E, String> word) throws JsonRefused {
        return list(name, (place, value) -> choice(place, value, all, word));
    }

    /** An array of texts. */
    public @Nullable List<String> texts(String name) throws JsonRefused {
        return list(name, JsonObject::text);
    }

    /** An array of whole numbers. */
    public @Nullable List<Long> numbers(String name) throws JsonRefused {
        return list(name, JsonObject::number);
    }

    /** An object. */
    public <T> @Nullable T object(String name, Reader<T> reader) throws JsonRefused {
        Object value = members.get(name);
        return value == null ? null : read(at(name), value, reader);
    }

    /** An array of objects. */
    public <T> @Nullable List<T> objects(String name, Reader<T> reader) throws JsonRefused {
        return list(name, (place, value) -> read(place, value, reader));
    }

    /** Texts by names that are free, in their order. */
    public @Nullable Map<String, String> textsByName(String name) throws JsonRefused {
        return byName(name, JsonObject::text);
    }

    /** Objects by names that are free, in their order. */
    public <T> @Nullable Map<String, T> objectsByName(String name, Reader<T> reader) throws JsonRefused {
        return byName(name, (place, value) -> read(place, value, reader));
    }

    /** Where a value is; made a text only when it is refused. */
    private record Place(@Nullable Place parent, String name, int index) {
        static final int NONE = -1;
        static final Place WHOLE = new Place(null, "", NONE);

        @Override
        public String toString() {
            if (parent == null) {
                return "the whole document";
            }
            String before = parent.parent == null ? "" : parent.toString();
            if (index != NONE) {
                return before + "[" + index + "]";
            }
            return before.isEmpty() ? name : before + "." + name;
        }
    }

    private interface Element<T> {
        T read(Place place, Object value) throws JsonRefused;
    }

    private <T> @Nullable List<T> list(String name, Element<T> element) throws JsonRefused {
        Object value = members.get(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof List<?> elements)) {
            throw wrong(at(name), value, "an array");
        }
        Place at = at(name);
        List<T> list = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            Place there = new Place(at, "", i);
            Object one = elements.get(i);
            if (one == null) {
                throw new JsonRefused.Content(there.toString(), "is null; leave it out", null);
            }
            list.add(element.read(there, one));
        }
        return list;
    }

    private <T> @Nullable Map<String, T> byName(String name, Element<T> element) throws JsonRefused {
        Object value = members.get(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Map<?, ?> named)) {
            throw wrong(at(name), value, "an object");
        }
        Map<String, T> map = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : named.entrySet()) {
            String key = (String) entry.getKey();
            Place there = new Place(at(name), key, Place.NONE);
            Object one = entry.getValue();
            if (one == null) {
                throw new JsonRefused.Content(there.toString(), "is null; leave it out", null);
            }
            map.put(key, element.read(there, one));
        }
        return map;
    }

    private static String text(Place place, Object value) throws JsonRefused {
        if (value instanceof String text) {
            return text;
        }
        throw wrong(place, value, "a text");
    }

    private static long number(Place place, Object value) throws JsonRefused {
        try {
            return Long.parseLong(whole(place, value));
        } catch (NumberFormatException e) {
            throw new JsonRefused.Content(
                    place.toString(), "is " + kind(value) + ", which is no number of 64 bits with a sign", e);
        }
    }

    private static String whole(Place place, Object value) throws JsonRefused {
        if (value instanceof JsonTree.Numeral number && number.isWhole()) {
            return number.text();
        }
        throw wrong(place, value, "a whole number");
    }

    private static <E> E choice(Place place, Object value, E[] all, Function<E, String> word) throws JsonRefused {
        String text = text(place, value);
        for (E one : all) {
            if (word.apply(one).equals(text)) {
                return one;
            }
        }
        List<String> words = new ArrayList<>();
        for (E one : all) {
            words.add(word.apply(one));
        }
        throw new JsonRefused.Content(
                place.toString(), "is \"" + text + "\"; it must be one of " + String.join(", ", words), null);
    }

    private Place at(String name) {
        return new Place(place, name, Place.NONE);
    }

    private static JsonRefused wrong(Place place, @Nullable Object value, String wanted) {
        return new JsonRefused.Content(place.toString(), "is " + kind(value) + "; it must be " + wanted, null);
    }

    private static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> "the text \"" + text + "\"";
            case JsonTree.Numeral number -> number.text();
            case List<?> list -> "an array";
            case Map<?, ?> map -> "an object";
            default -> value.toString();
        };
    }
}
