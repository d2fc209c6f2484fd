package dev.ferry.cli.command;

import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Archives named on the command line. */
final class Archives {
    private Archives() {}

    /** A file, or the standard input for {@code -}. */
    static InputStream open(String file, Invocation invocation) throws IOException {
        if (file.equals("-")) {
            return invocation.console().rawInput();
        }
        try {
            return Files.newInputStream(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new Refusal("archive '" + file + "' does not exist", e);
        }
    }
}
