package dev.ferry.runtime.command;

import java.io.PrintStream;
import java.util.List;

/** The program {@code ferry-runtime}. */
public final class RuntimeMain {
    private RuntimeMain() {}

    /** Runs one call, and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** Runs one call; returns its exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        return new RuntimeCall(out, err).run(arguments);
    }
}
