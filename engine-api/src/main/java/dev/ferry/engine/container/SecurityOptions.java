package dev.ferry.engine.container;

import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --security-opt} asks for.
 *
 * @param seccomp {@code builtin}, {@code unconfined}, {@code checkpoint}, or a profile's JSON text
 * @param systemPathsUnconfined whether nothing is masked or read-only
 */
record SecurityOptions(String seccomp, boolean noNewPrivileges, boolean systemPathsUnconfined) {

    static SecurityOptions parse(@Nullable List<String> options) {
        String seccomp = "builtin";
        boolean noNewPrivileges = false;
        boolean unconfined = false;
        for (String option : options == null ? List.<String>of() : options) {
            int cut = cut(option);
            String key = cut < 0 ? option : option.substring(0, cut);
            String value = cut < 0 ? "" : option.substring(cut + 1);
            switch (key) {
                case "seccomp" -> {
                    if (value.isBlank()) {
                        throw new InvalidRequest("security.option", "invalid --security-opt: \"" + option + "\"");
                    }
                    seccomp = value;
                }
                case "no-new-privileges" -> noNewPrivileges = value.isEmpty() || truth(option, value);
                case "systempaths" -> {
                    if (!value.equals("unconfined")) {
                        throw new InvalidRequest("security.option", "invalid --security-opt: \"" + option + "\"");
                    }
                    unconfined = true;
                }
                case "apparmor", "label" -> {
                    if (!List.of("unconfined", "disable").contains(value)) {
                        throw new Unsupported(
                                "security.lsm",
                                "security option \"" + key + "\" is not supported by this engine: use seccomp, or "
                                        + key + (key.equals("label") ? "=disable" : "=unconfined"));
                    }
                }
                default -> throw new InvalidRequest("security.option", "invalid --security-opt 2: \"" + option + "\"");
            }
        }
        return new SecurityOptions(seccomp, noNewPrivileges, unconfined);
    }

    private static int cut(String option) {
        int equals = option.indexOf('=');
        // the old form, seccomp:unconfined; JSON text has colons of its own, behind the equals sign
        return equals >= 0 ? equals : option.indexOf(':');
    }

    private static boolean truth(String option, String value) {
        return switch (value) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new InvalidRequest("security.option", "invalid --security-opt 1: \"" + option + "\"");
        };
    }
}
