package dev.ferry.cli.render;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The three standard streams. Answers go to the output, everything else (progress, complaints) to the error stream. */
public final class Console {
    /** To the first column, and nothing behind it: ECMA-48 "erase in line". */
    private static final String ERASED = "\r\u001b[K";

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    /** Whether the cursor stands behind a line that is drawn again and again. */
    private volatile boolean drawn;

    public Console(InputStream in, OutputStream out, OutputStream err) {
        this.in = in;
        this.out = new PrintStream(new BufferedOutputStream(out, 32 * 1024), false, StandardCharsets.UTF_8);
        this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
    }

    /** Those of the process. */
    public static Console standard() {
        return new Console(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err));
    }

    /** A line of the answer. */
    public void line(String text) {
        out.println(text);
    }

    /** Text of the answer, without an end of line. */
    public void text(String text) {
        out.print(text);
    }

    public void table(Table table) {
        out.print(table.text());
    }

    /** A value as indented JSON. */
    public void json(Object value) {
        out.println(JsonText.of(value));
    }

    /** A failure: {@code ferry: } before the first line. */
    public void complain(String text) {
        note("ferry: " + text.replace("\n", "\n       "));
    }

    /** Something worth knowing that is neither the answer nor a failure. */
    public void note(String text) {
        out.flush();
        // one write, so that nobody else's text gets in between
        err.println(drawn ? ERASED + text : text);
        drawn = false;
    }

    /**
     * Draws a line of the error stream in place of the one that was drawn last; only for a terminal.
     *
     * @param text shorter than the terminal is wide: what is wrapped cannot be drawn over
     */
    public void draw(String text) {
        out.flush();
        drawn = true;
        err.print(ERASED + text);
        err.flush();
    }

    /** Takes the line away that was drawn last. */
    public void erase() {
        if (drawn) {
            draw("");
            drawn = false;
        }
    }

    /** Bytes of a container's output, as they are. */
    public OutputStream rawOutput() {
        return out;
    }

    public OutputStream rawError() {
        return err;
    }

    public InputStream rawInput() {
        return in;
    }

    public void flush() {
        out.flush();
        err.flush();
    }
}
