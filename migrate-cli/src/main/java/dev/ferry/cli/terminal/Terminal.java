package dev.ferry.cli.terminal;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The controlling terminal, set by {@code stty} on {@code /dev/tty}.
 *
 * <p>{@code stty} is part of every distribution's base; it saves the command line from loading native access for one call.
 */
public final class Terminal {
    private static final File TTY = new File("/dev/tty");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})");

    /** Rows and columns. */
    public record Size(int rows, int columns) {}

    private Terminal() {}

    /** Whether the standard input is a terminal. */
    public static boolean isInput() {
        return is(0);
    }

    /** Whether the standard error stream is a terminal. */
    public static boolean isError() {
        return is(2);
    }

    private static boolean is(int descriptor) {
        try {
            return new ProcessBuilder("test", "-t", Integer.toString(descriptor))
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The size now; empty without a terminal. */
    public static Optional<Size> size() {
        try {
            Matcher m = SIZE.matcher(stty("size"));
            return m.matches()
                    ? Optional.of(new Size(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A terminal that hands every key on; {@link #close()} puts it back as it was. */
    public static final class Raw implements AutoCloseable {
        private final String before;
        private final Thread guard;

        private Raw(String before) {
            this.before = before;
            this.guard = new Thread(this::restore, "terminal-restore");
        }

        /** Back to what it was. */
        @Override
        public void close() {
            restore();
            try {
                Runtime.getRuntime().removeShutdownHook(guard);
            } catch (IllegalStateException e) {
                // the program is ending already: the hook does the same once more
            }
        }

        private void restore() {
            try {
                stty(before);
            } catch (IOException e) {
                // the terminal is gone
            }
        }
    }

    /** Switches to raw mode, also undone when the program is killed by a signal it can see. */
    public static Raw raw() throws IOException {
        Raw raw = new Raw(stty("-g"));
        Runtime.getRuntime().addShutdownHook(raw.guard);
        stty("raw", "-echo");
        return raw;
    }

    private static String stty(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(TTY)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("stty " + String.join(" ", arguments) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while setting the terminal", e);
        }
        return output;
    }
}
