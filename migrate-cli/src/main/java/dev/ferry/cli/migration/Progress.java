package dev.ferry.cli.migration;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.cli.render.Console;
import dev.ferry.cli.terminal.Terminal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a user sees how far a migration is. */
public sealed interface Progress {
    /** Columns of a terminal that does not tell. */
    int USUAL_COLUMNS = 80;

    /** On the terminal behind the error stream, or, without one, a line for each phase. */
    static Progress on(Console console) {
        return Terminal.isError()
                ? new Drawn(console, Terminal.size().map(Terminal.Size::columns).orElse(USUAL_COLUMNS))
                : new Told(console);
    }

    /** It has come to that, so long after it began. */
    void show(MigrationDetail detail, Duration elapsed);

    /** Nothing more comes. */
    void end();

    /** One line, drawn again and again. */
    final class Drawn implements Progress {
        private final Console console;
        private final int columns;

        Drawn(Console console, int columns) {
            this.console = console;
            this.columns = columns;
        }

        @Override
        public void show(MigrationDetail detail, Duration elapsed) {
            console.draw(ProgressText.drawn(detail, elapsed, columns));
        }

        @Override
        public void end() {
            console.erase();
        }
    }

    /** A line for each phase; those that are shorter than the pause between two events are seen in the timeline only. */
    final class Told implements Progress {
        private final Console console;
        private @Nullable String last;

        Told(Console console) {
            this.console = console;
        }

        @Override
        public void show(MigrationDetail detail, Duration elapsed) {
            String stage = ProgressText.stage(detail);
            if (!stage.equals(last)) {
                last = stage;
                console.note(ProgressText.told(detail, elapsed));
            }
        }

        @Override
        public void end() {
            // every line is whole
        }
    }
}
