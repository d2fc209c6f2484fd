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
 * @param values of each name, in the order in which they were given
 * @param rest the words behind {@code --}
 */
public record Options(Map<String, List<String>> values, List<String> rest) {
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
        Map<String, List<String>> values = new HashMap<>();
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
            values.computeIfAbsent(name, first -> new ArrayList<>())
                    .add(equals < 0 ? left.next() : word.substring(equals + 1));
        }
        return new Options(values, rest);
    }

    /** The last one that was given. */
    public Optional<String> value(String name) {
        return values.getOrDefault(name, List.of()).stream().reduce((former, latter) -> latter);
    }

    /**
     * A whole number.
     *
     * @throws IllegalArgumentException when it is not one, or below {@code least}
     */
    public int number(String name, int otherwise, int least) {
        return value(name).map(text -> number(name, text, least)).orElse(otherwise);
    }

    /**
     * All whole numbers of an option that may stand several times.
     *
     * @throws IllegalArgumentException when one is none, or below {@code least}
     */
    public List<Integer> numbers(String name, List<Integer> otherwise, int least) {
        List<String> given = values.getOrDefault(name, List.of());
        return given.isEmpty()
                ? List.copyOf(otherwise)
                : given.stream().map(text -> number(name, text, least)).toList();
    }

    private static int number(String name, String text, int least) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"--" + name + " " + text + "\" is not a number", e);
        }
        throw new IllegalArgumentException("\"--" + name + " " + text + "\" is less than " + least);
    }
}
