package dev.ferry.bench.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Words of a command line as {@code --name value} or {@code --name=value}, and what follows {@code --}.
 *
 * @param rest the words behind {@code --}
 */
public record Options(Map<String, String> values, List<String> rest) {
    public Options {
        values = Map.copyOf(values);
        rest = List.copyOf(rest);
    }

    /**
     * Reads a command line.
     *
     * @param known names without dashes
     * @throws IllegalArgumentException with a text for the user
     */
    public static Options parse(List<String> words, Set<String> known) {
        Map<String, String> values = new HashMap<>();
        List<String> rest = new ArrayList<>();
        Iterator<String> left = words.iterator();
        while (left.hasNext()) {
            String word = left.next();
            if (word.equals("--")) {
                left.forEachRemaining(rest::add);
                break;
            }
            if (!word.startsWith("--")) {
                throw new IllegalArgumentException("unexpected word \"" + word + "\"");
            }
            int equals = word.indexOf('=');
            String name = word.substring(2, equals < 0 ? word.length() : equals);
            if (!known.contains(name)) {
                throw new IllegalArgumentException("unknown option \"--" + name + "\"");
            }
            if (equals < 0 && !left.hasNext()) {
                throw new IllegalArgumentException("option \"--" + name + "\" needs a value");
            }
            values.put(name, equals < 0 ? left.next() : word.substring(equals + 1));
        }
        return new Options(values, rest);
    }

    public Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /**
     * A whole number.
     *
     * @throws IllegalArgumentException when it is not one, or below {@code least}
     */
    public int number(String name, int otherwise, int least) {
        Optional<String> value = value(name);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value.get());
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"--" + name + " " + value.get() + "\" is not a number", e);
        }
        throw new IllegalArgumentException("\"--" + name + " " + value.get() + "\" is less than " + least);
    }
}
