package dev.ferry.engine.app;

import dev.ferry.engine.container.Runtimes;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which OCI runtimes there are besides the built-in one.
 *
 * @param others name to absolute path, in the order in which they were named
 * @param byDefault which one containers get that ask for none
 */
public record RuntimeOptions(Map<String, Path> others, String byDefault) {

    /** A directory is named after each. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    /** Copies the map. */
    public RuntimeOptions {
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    /** The built-in one alone. */
    public static RuntimeOptions none() {
        return new RuntimeOptions(Map.of(), Runtimes.BUILT_IN);
    }

    /** One more, as {@code NAME=PATH}. */
    RuntimeOptions with(String named) {
        int equals = named.indexOf('=');
        String name = equals < 0 ? "" : named.substring(0, equals);
        Path program = Path.of(named.substring(equals + 1));
        if (!NAME.matcher(name).matches() || !program.isAbsolute()) {
            throw new IllegalArgumentException(
                    "runtime \"" + named + "\" is no NAME=PATH with an absolute path, such as crun=/usr/bin/crun");
        }
        if (name.equals(Runtimes.BUILT_IN) || others.containsKey(name)) {
            throw new IllegalArgumentException(
                    "there is a runtime \"" + name + "\" already: give \"" + program + "\" another name");
        }
        Map<String, Path> more = new LinkedHashMap<>(others);
        more.put(name, program.normalize());
        return new RuntimeOptions(more, byDefault);
    }

    /** Another default; whether there is such a runtime shows in {@link #checked}. */
    RuntimeOptions withDefault(String name) {
        return new RuntimeOptions(others, name);
    }

    /** The same when the default is one of them. */
    RuntimeOptions checked() {
        if (!byDefault.equals(Runtimes.BUILT_IN) && !others.containsKey(byDefault)) {
            throw new IllegalArgumentException("the default runtime \"" + byDefault
                    + "\" is not there: add it with --add-runtime " + byDefault + "=PATH");
        }
        return this;
    }
}
