package dev.ferry.runtime.container;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.WaitStatus;
import dev.ferry.runtime.spawn.StepFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What became of a call that another runtime could not do: its own words, and the exit code that docker makes of them. The daemon and its
 * client look for three phrases of the C library in the text, in lower case; so they are here.
 */
final class ForeignFailure {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> ERRORS = Set.of("error", "fatal", "panic");
    private static final List<String> MISSING = List.of("executable file not found", "no such file or directory");
    private static final List<String> FORBIDDEN = List.of("permission denied", "is a directory");

    private static final int NOT_FOUND = 127;
    private static final int NOT_INVOKED = 126;
    private static final int OTHER = 128;

    private ForeignFailure() {}

    /** The last error in a log of JSON lines; empty when there is none. */
    static String lastError(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        String last = "";
        for (String line : Files.readAllLines(log)) {
            try {
                JsonNode entry = JSON.readTree(line);
                if (entry != null
                        && ERRORS.contains(entry.path("level").asText())
                        && !entry.path("msg").asText().isBlank()) {
                    last = entry.path("msg").asText().strip();
                }
            } catch (JacksonException e) {
                // a runtime that was killed while it wrote: what it said before counts
            }
        }
        return last;
    }

    /** A call that ended with a failure. */
    static StartFailed of(ForeignRuntime runtime, String verb, WaitStatus status, String said, String program) {
        String call = "runtime \"%s\", %s: ".formatted(runtime.name(), verb);
        if (said.isEmpty()) {
            return failure(
                    call + "it ended with code " + status.exitCode() + " and said nothing; see whether \""
                            + runtime.program() + "\" is an OCI runtime",
                    verb,
                    OTHER);
        }
        String words = said.replace("No such file or directory", "no such file or directory")
                .replace("Permission denied", "permission denied")
                .replace("Is a directory", "is a directory");
        if (isAbsence(words) && program.indexOf('/') < 0) {
            return failure("exec: \"" + program + "\": executable file not found in $PATH", verb, NOT_FOUND);
        }
        if (words.contains("not executable")) {
            return failure("exec: \"" + program + "\": permission denied", verb, NOT_INVOKED); // crun
        }
        return failure(call + words, verb, code(words));
    }

    /** runc, crun and we have words of our own for a program that is nowhere on the container's PATH. */
    private static boolean isAbsence(String words) {
        return words.contains("executable file") && words.contains("not found");
    }

    private static int code(String words) {
        return MISSING.stream().anyMatch(words::contains)
                ? NOT_FOUND
                : FORBIDDEN.stream().anyMatch(words::contains) ? NOT_INVOKED : OTHER;
    }

    /** The runtime itself could not be executed. Said without the phrases above: it is not the container's program that is missing. */
    static StartFailed notExecuted(ForeignRuntime runtime, StepFailed why) {
        String reason = switch (why.errno()) {
            case ENOENT, ENOTDIR -> "does not exist, or its interpreter does not";
            case EACCES -> "may not be executed";
            default -> "cannot be executed: " + why.errno().text().toLowerCase(Locale.ROOT);
        };
        return new StartFailed(
                "runtime \"%s\": \"%s\" %s; correct --add-runtime of the engine"
                        .formatted(runtime.name(), runtime.program(), reason),
                why.label(),
                why.errno(),
                OTHER,
                why);
    }

    private static StartFailed failure(String message, String verb, int code) {
        Errno errno = code == NOT_FOUND ? Errno.ENOENT : code == NOT_INVOKED ? Errno.EACCES : Errno.EIO;
        return new StartFailed(message, verb, errno, code, null);
    }
}
