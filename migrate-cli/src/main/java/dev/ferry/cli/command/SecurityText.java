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

    /** What the builtin profile is also called: in its file and by other engines. */
    private static final String DEFAULT = "default";

    private SecurityText() {}

    static List<String> resolve(List<String> given) {
        List<String> resolved = new ArrayList<>();
        for (String option : given) {
            resolved.add(option.startsWith(SECCOMP) ? SECCOMP + profile(option.substring(SECCOMP.length())) : option);
        }
        return resolved;
    }

    private static String profile(String named) {
        if (named.equals(DEFAULT)) {
            return "builtin";
        }
        return NAMED.contains(named) ? named : compact(Path.of(named));
    }

    private static String compact(Path profile) {
        if (!Files.exists(profile)) {
            throw new UsageError("seccomp profile '" + profile
                    + "' is neither a file nor a name; the names are builtin, checkpoint and unconfined");
        }
        try {
            return ApiJson.mapper().readTree(Files.readAllBytes(profile)).toString();
        } catch (IOException e) {
            throw new UsageError("seccomp profile '" + profile + "' can not be read: " + e.getMessage(), e);
        }
    }
}
