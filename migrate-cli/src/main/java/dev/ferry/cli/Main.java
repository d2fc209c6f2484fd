package dev.ferry.cli;

import dev.ferry.cli.command.Commands;
import dev.ferry.cli.invocation.Failures;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Console;
import java.util.List;
import java.util.Map;

/** Entry of the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Console console = Console.standard();
        int code = run(List.of(arguments), console, System.getenv());
        console.flush();
        // threads that still wait for a terminal or a socket must not keep the program
        Runtime.getRuntime().halt(code);
    }

    /** One call of {@code ferry}. */
    static int run(List<String> arguments, Console console, Map<String, String> environment) {
        Invocation invocation = new Invocation(console, environment);
        try {
            return Commands.execute(arguments, invocation);
        } catch (RuntimeException | Error e) {
            return report(e, console);
        }
    }

    private static int report(Throwable failure, Console console) {
        Failures.Outcome outcome = Failures.of(failure);
        console.complain(outcome.text());
        return outcome.exitCode();
    }
}
