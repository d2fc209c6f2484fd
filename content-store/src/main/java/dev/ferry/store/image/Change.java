package dev.ferry.store.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One instruction of {@code docker import --change}, in the syntax of Dockerfiles: JSON arrays are argument vectors, other text
 * of CMD and ENTRYPOINT runs in a shell.
 *
 * @param keyword upper case
 * @param arguments the rest of the line
 */
record Change(Keyword keyword, String arguments) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PORT = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?(?:/(tcp|udp|sctp))?");
    private static final List<String> SHELL = List.of("/bin/sh", "-c");

    enum Keyword {
        CMD,
        ENTRYPOINT,
        ENV,
        EXPOSE,
        LABEL,
        STOPSIGNAL,
        USER,
        VOLUME,
        WORKDIR
    }

    /** Reads {@code KEYWORD arguments}. */
    static Change parse(String line) throws ImageException.BadImageRequest {
        String[] parts = line.strip().split("\\s+", 2);
        for (Keyword keyword : Keyword.values()) {
            if (keyword.name().equals(parts[0].toUpperCase(Locale.ROOT))) {
                if (parts.length < 2 || parts[1].isBlank()) {
                    throw new ImageException.BadImageRequest(keyword + " requires at least one argument");
                }
                return new Change(keyword, parts[1].strip());
            }
        }
        throw new ImageException.BadImageRequest(parts[0] + " is not a valid change command");
    }

    ExecutionDefaults applyTo(ExecutionDefaults before) throws ImageException.BadImageRequest {
        Fields fields = new Fields(before);
        switch (keyword) {
            case CMD -> fields.command = vector(SHELL);
            case ENTRYPOINT -> fields.entrypoint = vector(SHELL);
            case ENV -> fields.environment = environment(before.environment());
            case EXPOSE -> fields.exposedPorts = ports(before.exposedPorts());
            case LABEL -> fields.labels = labels(before.labels());
            case STOPSIGNAL -> fields.stopSignal = arguments;
            case USER -> fields.user = arguments;
            case VOLUME -> fields.volumes = volumes(before.volumes());
            case WORKDIR -> fields.workingDirectory = directory(before.workingDirectory());
        }
        return fields.build(before);
    }

    private List<String> vector(List<String> shell) {
        List<String> array = jsonArray();
        if (array != null) {
            return array;
        }
        List<String> inShell = new ArrayList<>(shell);
        inShell.add(arguments);
        return inShell;
    }

    /** Dockerfile's rule: what is not a JSON array of strings is text, even if it begins with a bracket. */
    private @Nullable List<String> jsonArray() {
        if (!arguments.startsWith("[")) {
            return null;
        }
        try {
            return List.of(JSON.readValue(arguments, String[].class));
        } catch (JsonProcessingException | NullPointerException e) {
            return null;
        }
    }

    private List<String> environment(@Nullable List<String> before) throws ImageException.BadImageRequest {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String variable : before == null ? List.<String>of() : before) {
            int equals = variable.indexOf('=');
            variables.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        variables.putAll(pairs());
        return variables.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    private Map<String, String> labels(@Nullable Map<String, String> before) throws ImageException.BadImageRequest {
        Map<String, String> labels = new TreeMap<>(before == null ? Map.of() : before);
        labels.putAll(pairs());
        return labels;
    }

    private Map<String, Map<String, Object>> ports(@Nullable Map<String, Map<String, Object>> before)
            throws ImageException.BadImageRequest {
        Map<String, Map<String, Object>> ports = new TreeMap<>(before == null ? Map.of() : before);
        for (String word : words()) {
            var matcher = PORT.matcher(word);
            if (!matcher.matches()) {
                throw new ImageException.BadImageRequest("invalid containerPort: " + word);
            }
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (first < 1 || last > 65535 || last < first) {
                throw new ImageException.BadImageRequest("invalid containerPort: " + word);
            }
            String protocol = matcher.group(3) == null ? "tcp" : matcher.group(3);
            for (int port = first; port <= last; port++) {
                ports.put(port + "/" + protocol, Map.of());
            }
        }
        return ports;
    }

    private Map<String, Map<String, Object>> volumes(@Nullable Map<String, Map<String, Object>> before)
            throws ImageException.BadImageRequest {
        Map<String, Map<String, Object>> volumes = new TreeMap<>(before == null ? Map.of() : before);
        List<String> array = jsonArray();
        for (String path : array == null ? words() : array) {
            if (path.isBlank()) {
                throw new ImageException.BadImageRequest("VOLUME specified can not be an empty string");
            }
            volumes.put(path, Map.of());
        }
        return volumes;
    }

    private String directory(@Nullable String before) {
        java.nio.file.Path base = java.nio.file.Path.of(before == null || before.isEmpty() ? "/" : before);
        return base.resolve(arguments).normalize().toString();
    }

    private Map<String, String> pairs() throws ImageException.BadImageRequest {
        Map<String, String> pairs = new LinkedHashMap<>();
        List<String> words = words();
        if (!words.getFirst().contains("=")) { // the old form, "NAME the rest"
            String[] parts = arguments.split("\\s+", 2);
            if (parts.length < 2) {
                throw new ImageException.BadImageRequest(keyword + " must have two arguments");
            }
            pairs.put(parts[0], parts[1]);
            return pairs;
        }
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw new ImageException.BadImageRequest(
                        "Syntax error - can't find = in \"" + word + "\". Must be of the form: name=value");
            }
            if (equals == 0) {
                throw new ImageException.BadImageRequest(keyword + " names can not be blank");
            }
            pairs.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return pairs;
    }

    /** Words as a shell splits them: blanks separate, quotes join, a backslash takes the next character as it is. */
    private List<String> words() throws ImageException.BadImageRequest {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < arguments.length(); i++) {
            char c = arguments.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < arguments.length()) {
                word.append(arguments.charAt(++i));
                inWord = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new ImageException.BadImageRequest("unexpected end of statement while looking for matching "
                    + (quote == '"' ? "double" : "single") + "-quote");
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    /** The components an instruction may replace. */
    private static final class Fields {
        private @Nullable String user;
        private @Nullable Map<String, Map<String, Object>> exposedPorts;
        private @Nullable List<String> environment;
        private @Nullable List<String> entrypoint;
        private @Nullable List<String> command;
        private @Nullable Map<String, Map<String, Object>> volumes;
        private @Nullable String workingDirectory;
        private @Nullable Map<String, String> labels;
        private @Nullable String stopSignal;

        Fields(ExecutionDefaults from) {
            user = from.user();
            exposedPorts = from.exposedPorts();
            environment = from.environment();
            entrypoint = from.entrypoint();
            command = from.command();
            volumes = from.volumes();
            workingDirectory = from.workingDirectory();
            labels = from.labels();
            stopSignal = from.stopSignal();
        }

        ExecutionDefaults build(ExecutionDefaults rest) {
            return new ExecutionDefaults(
                    user,
                    exposedPorts,
                    environment,
                    entrypoint,
                    command,
                    volumes,
                    workingDirectory,
                    labels,
                    stopSignal,
                    rest.healthcheck(),
                    rest.argsEscaped(),
                    rest.shell(),
                    rest.onBuild());
        }
    }
}
