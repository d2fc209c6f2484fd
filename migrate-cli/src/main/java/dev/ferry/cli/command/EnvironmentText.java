package dev.ferry.cli.command;

import dev.ferry.cli.invocation.Invocation;
import java.util.ArrayList;
import java.util.List;

/** Environment variables as the command line gives them. */
final class EnvironmentText {
    private EnvironmentText() {}

    /** {@code NAME=VALUE} stays; a bare {@code NAME} takes the caller's value and is left out where there is none. */
    static List<String> resolve(List<String> given, Invocation invocation) {
        List<String> resolved = new ArrayList<>();
        for (String variable : given) {
            if (variable.indexOf('=') > 0) {
                resolved.add(variable);
            } else if (!invocation.environment(variable).isEmpty()) {
                resolved.add(variable + "=" + invocation.environment(variable));
            }
        }
        return resolved;
    }
}
