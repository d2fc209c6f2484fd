package dev.ferry.engine.log;

import dev.ferry.api.model.container.LogConfig;
import dev.ferry.engine.error.InvalidRequest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code --log-driver} and {@code --log-opt} ask for. Output always goes into the container's own file, since attaching reads that;
 * drivers differ in how much of it is kept and in whether it can be read later.
 *
 * @param driver {@code json-file}, {@code local} or {@code none}
 * @param most bytes that are kept, 0 for all
 * @param labels names of labels that are shown as details
 * @param variables names of environment variables that are, too
 */
public record LogOptions(String driver, long most, List<String> labels, List<String> variables) {

    private static final String JSON = "json-file";
    private static final String LOCAL = "local";
    private static final String NONE = "none";

    /** Drivers of docker's that send output away. */
    private static final List<String> ELSEWHERE =
            List.of("syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "gcplogs", "etwlogs", "logentries");

    private static final long LOCAL_SIZE = 20_000_000;
    private static final int LOCAL_FILES = 5;

    /** For those who attach to a container whose output nobody keeps. */
    private static final long NONE_KEEPS = 1 << 20;

    private static final Pattern SIZE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([kmgt]?)(i?b)?");

    /** Copies the lists. */
    public LogOptions {
        labels = List.copyOf(labels);
        variables = List.copyOf(variables);
    }

    /**
     * Reads them.
     *
     * @throws InvalidRequest for what is not known, in docker's words
     */
    public static LogOptions parse(LogConfig asked) {
        String driver = asked.type().isEmpty() ? JSON : asked.type();
        if (ELSEWHERE.contains(driver)) {
            throw new InvalidRequest(
                    "log.driver",
                    "log driver \"" + driver + "\" is not supported by this engine: use json-file, local or none, and"
                            + " read with docker logs");
        }
        if (!List.of(JSON, LOCAL, NONE).contains(driver)) {
            throw new InvalidRequest("log.driver", "logger: no log driver named '" + driver + "' is registered");
        }
        for (String option : asked.config().keySet()) {
            if (!known(driver).contains(option)) {
                throw new InvalidRequest(
                        "log.option", "unknown log opt '" + option + "' for " + driver + " log driver");
            }
        }
        return new LogOptions(
                driver,
                most(driver, asked.config()),
                names(asked.config().getOrDefault("labels", "")),
                names(asked.config().getOrDefault("env", "")));
    }

    private static List<String> known(String driver) {
        return switch (driver) {
            case JSON -> List.of("max-size", "max-file", "compress", "labels", "env", "mode", "max-buffer-size");
            case LOCAL -> List.of("max-size", "max-file", "compress", "mode", "max-buffer-size");
            default -> List.of();
        };
    }

    private static long most(String driver, Map<String, String> options) {
        String sizeText = options.getOrDefault("max-size", "");
        String filesText = options.getOrDefault("max-file", "");
        boolean local = driver.equals(LOCAL);
        long size = !sizeText.isEmpty() ? size(sizeText) : local ? LOCAL_SIZE : 0;
        int files = !filesText.isEmpty() ? files(filesText) : local ? LOCAL_FILES : 1;
        if (truth(options.getOrDefault("compress", "false")) && (files < 2 || size == 0) && !local) {
            throw new InvalidRequest(
                    "log.option", "compress cannot be true when max-file is less than 2 or max-size is not set");
        }
        return driver.equals(NONE) ? NONE_KEEPS : size * files;
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true", "1", "t", "T", "TRUE", "True" -> true;
            case "false", "0", "f", "F", "FALSE", "False" -> false;
            default ->
                throw new InvalidRequest(
                        "log.option", "strconv.ParseBool: parsing \"" + text + "\": invalid syntax for compress");
        };
    }

    /** Decimal thousands, as docker counts them here. */
    private static long size(String text) {
        Matcher m = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (text.equals("-1")) {
            return 0;
        }
        if (!m.matches()) {
            throw new InvalidRequest("log.option", "invalid value for max-size: invalid size: '" + text + "'");
        }
        BigDecimal unit = BigDecimal.TEN.pow(3 * (m.group(2).isEmpty() ? 0 : "kmgt".indexOf(m.group(2)) + 1));
        long bytes = new BigDecimal(m.group(1)).multiply(unit).longValue();
        if (bytes <= 0) {
            throw new InvalidRequest("log.option", "max-size must be a positive number");
        }
        return bytes;
    }

    private static int files(String text) {
        try {
            int files = Integer.parseInt(text);
            if (files < 1) {
                throw new InvalidRequest("log.option", "max-file cannot be less than 1");
            }
            return files;
        } catch (NumberFormatException e) {
            throw new InvalidRequest("log.option", "invalid value for max-file: \"" + text + "\"", e);
        }
    }

    private static List<String> names(String list) {
        return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
    }

    /** Whether {@code docker logs} shows what there was. */
    public boolean isReadable() {
        return !driver.equals(NONE);
    }

    /** What {@code docker logs --details} puts in front of each line: {@code name=value,…}. */
    public String details(Map<String, String> allLabels, List<String> environment) {
        Map<String, String> shown = new TreeMap<>();
        for (String label : labels) {
            if (allLabels.containsKey(label)) {
                shown.put(label, allLabels.getOrDefault(label, ""));
            }
        }
        for (String entry : environment) {
            int equals = entry.indexOf('=');
            if (equals > 0 && variables.contains(entry.substring(0, equals))) {
                shown.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        List<String> pairs = new ArrayList<>();
        shown.forEach((name, value) -> pairs.add(name + "=" + value));
        return String.join(",", pairs);
    }
}
