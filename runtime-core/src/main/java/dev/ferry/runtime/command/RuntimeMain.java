package dev.ferry.runtime.command;

import java.io.PrintStream;
import java.util.List;

/** The program {@code ferry-runtime}. */
public final class RuntimeMain {
    private RuntimeMain() {}

    /** Runs one call, and exits with its code. */
    public static void main(String[] arguments) {
        int code = run(List.of(arguments), System.out, System.err);
        System.out.flush();
        System.err.flush();
        // exit() would look for a logger first, a tenth of such a call; nothing that has to run is left
        Runtime.getRuntime().halt(code);
    }

    /** Runs one call; returns its exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        return new RuntimeCall(out, err).run(arguments);
    }
}
