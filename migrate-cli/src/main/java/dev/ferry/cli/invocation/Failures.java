package dev.ferry.cli.invocation;

import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.api.wire.EngineUnreachable;
import dev.ferry.api.wire.ProtocolViolation;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Turns what went wrong into a text with cause, object and remedy, and into an exit code. */
public final class Failures {
    private static final List<String> MISSING_PROGRAM =
            List.of("executable file not found", "no such file or directory", "enoent");
    private static final List<String> UNUSABLE_PROGRAM =
            List.of("permission denied", "is a directory", "exec format error", "eacces", "enoexec", "eisdir");

    /** A text for people and the code for scripts. */
    public record Outcome(int exitCode, String text) {}

    private Failures() {}

    public static Outcome of(Throwable failure) {
        return switch (failure) {
            case UsageError e -> new Outcome(ExitCode.USAGE, message(e));
            case EngineUnreachable e -> new Outcome(ExitCode.ENGINE, message(e) + remedy(e));
            case EngineRefused e -> new Outcome(ExitCode.ENGINE, message(e) + remedy(e));
            case ProtocolViolation e ->
                new Outcome(
                        ExitCode.ENGINE,
                        "what answers is not an engine, or it broke off: " + message(e)
                                + "\nlook at the engine's output, and at where --host or FERRY_HOST leads");
            case IOException e -> new Outcome(ExitCode.ENGINE, message(e));
            case InterruptedException e -> new Outcome(ExitCode.ENGINE, "interrupted");
            default -> new Outcome(ExitCode.ENGINE, "a fault in this program: " + failure + place(failure));
        };
    }

    /** The code of a start that failed: docker's meaning of 126 and 127, by the engine's words as docker does. */
    public static int startCode(EngineRefused refusal) {
        String words = message(refusal).toLowerCase(Locale.ROOT);
        if (MISSING_PROGRAM.stream().anyMatch(words::contains)) {
            return ExitCode.NOT_FOUND;
        }
        return UNUSABLE_PROGRAM.stream().anyMatch(words::contains) ? ExitCode.NOT_EXECUTABLE : ExitCode.ENGINE;
    }

    /** Where a fault showed itself, for the report of it. */
    private static String place(Throwable fault) {
        return Stream.of(fault.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("dev.ferry."))
                .findFirst()
                .map(frame -> "\nat " + frame)
                .orElse("");
    }

    private static String remedy(EngineUnreachable failure) {
        if (failure.address() instanceof EngineAddress.Unix unix && Files.exists(unix.socket())) {
            if (!Files.isWritable(unix.socket())) {
                return "\nthe socket belongs to another user: run this as root or as a member of the socket's group";
            }
            return "\nthe socket is there but its engine is gone: start one with 'ferry engine'";
        }
        return "\nstart one with 'ferry engine', or name another with --host or FERRY_HOST";
    }

    private static String remedy(EngineRefused refusal) {
        String words = message(refusal);
        if (words.startsWith("No such image")) {
            return "\nmake one from this host with 'ferry image from-host', or bring one in with 'ferry image load' or"
                    + " 'ferry image import'";
        }
        if (words.startsWith("No such container")) {
            return "\n'ferry ps --all' shows the containers there are";
        }
        return "";
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
