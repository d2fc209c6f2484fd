package dev.ferry.cli.command;

import dev.ferry.api.model.ApiJson;
import dev.ferry.cli.invocation.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Security options: a seccomp profile named by its file is read here, because the engine takes its text. */
final class SecurityText {
    private static final String SECCOMP = "seccomp=";
    private static final Set<String> NAMED = Set.of("unconfined", "builtin", "checkpoint");

    private SecurityText() {}

    static List<String> resolve(List<String> given) {
        List<String> resolved = new ArrayList<>();
        for (String option : given) {
            String value = option.startsWith(SECCOMP) ? option.substring(SECCOMP.length()) : "unconfined";
            resolved.add(NAMED.contains(value) ? option : SECCOMP + compact(Path.of(value)));
        }
        return resolved;
    }

    private static String compact(Path profile) {
        try {
            return ApiJson.mapper().readTree(Files.readAllBytes(profile)).toString();
        } catch (IOException e) {
            throw new UsageError("seccomp profile '" + profile + "' can not be read: " + e.getMessage(), e);
        }
    }
}
