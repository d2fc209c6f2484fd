package dev.ferry.runtime.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Flags and words of one verb, read as Go's flag package reads them, since callers are written for it: one dash or two, {@code --flag value}
 * or {@code --flag=value}, a flag given twice counts once more, and the first word that is no flag ends them.
 */
final class Arguments {
    private final Map<String, List<String>> values = new HashMap<>();
    private final List<String> words = new ArrayList<>();

    private Arguments() {}

    /** Which flags there are. */
    record Flags(Set<String> withValue, Set<String> without) {}

    /**
     * Reads them.
     *
     * @throws Usage when a flag is unknown or lacks its value
     */
    static Arguments parse(List<String> given, Flags flags) throws Usage {
        Arguments read = new Arguments();
        int i = 0;
        while (i < given.size()) {
            String word = given.get(i);
            if (!word.startsWith("-") || word.equals("-")) {
                break;
            }
            i++;
            if (word.equals("--")) {
                break;
            }
            String name = word.startsWith("--") ? word.substring(2) : word.substring(1);
            Optional<String> value = Optional.empty();
            int equals = name.indexOf('=');
            if (equals >= 0) {
                value = Optional.of(name.substring(equals + 1));
                name = name.substring(0, equals);
            }
            if (flags.withValue().contains(name)) {
                if (value.isEmpty()) {
                    if (i == given.size()) {
                        throw new Usage("flag needs an argument: -" + name);
                    }
                    value = Optional.of(given.get(i++));
                }
                read.add(name, value.get());
            } else if (flags.without().contains(name)) {
                read.add(name, value.orElse("true"));
            } else {
                throw new Usage("flag provided but not defined: -" + name);
            }
        }
        read.words.addAll(given.subList(i, given.size()));
        return read;
    }

    private void add(String name, String value) {
        values.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
    }

    /** What is no flag. */
    List<String> words() {
        return words;
    }

    /** The last value of a flag by any of its names. */
    Optional<String> value(String... names) {
        for (String name : names) {
            List<String> all = values.get(name);
            if (all != null) {
                return Optional.of(all.getLast());
            }
        }
        return Optional.empty();
    }

    /** Every value of a flag by any of its names. */
    List<String> all(String... names) {
        List<String> found = new ArrayList<>();
        for (String name : names) {
            found.addAll(values.getOrDefault(name, List.of()));
        }
        return found;
    }

    /** Whether a flag is set. */
    boolean is(String... names) {
        return value(names).map(Arguments::isTrue).orElse(false);
    }

    private static boolean isTrue(String value) {
        return !Set.of("false", "0", "f", "F", "False", "FALSE").contains(value);
    }

    /** A number, or what there is without. */
    int number(int without, String... names) throws Usage {
        Optional<String> value = value(names);
        if (value.isEmpty()) {
            return without;
        }
        try {
            return Integer.parseInt(value.get());
        } catch (NumberFormatException e) {
            throw new Usage(
                    "invalid value \"" + value.get() + "\" for flag -" + names[0] + ": it must be a whole number");
        }
    }

    /** A call that cannot be understood. */
    static final class Usage extends Exception {
        private static final long serialVersionUID = 1L;

        Usage(String message) {
            super(message);
        }
    }
}
