package dev.ferry.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Programs run at points of a container's life. config.md, "POSIX-platform Hooks". */
public record Hooks(
        List<Hook> prestart,
        List<Hook> createRuntime,
        List<Hook> createContainer,
        List<Hook> startContainer,
        List<Hook> poststart,
        List<Hook> poststop) {

    /** None. */
    public static final Hooks NONE = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public Hooks {
        prestart = Required.list(prestart);
        createRuntime = Required.list(createRuntime);
        createContainer = Required.list(createContainer);
        startContainer = Required.list(startContainer);
        poststart = Required.list(poststart);
        poststop = Required.list(poststop);
    }

    /**
     * One program.
     *
     * @param path absolute
     * @param args argv, the program's name included
     * @param timeout seconds, at least 1; null for no limit
     */
    public record Hook(
            String path,
            List<String> args,
            List<String> env,
            @Nullable Integer timeout) {

        public Hook {
            Required.text("hooks.*[].path", path);
            args = Required.list(args);
            env = Required.list(env);
            if (timeout != null && timeout < 1) {
                throw new IllegalArgumentException(
                        "timeout of hook \"%s\" is %d; it must be at least 1 second".formatted(path, timeout));
            }
        }
    }
}
