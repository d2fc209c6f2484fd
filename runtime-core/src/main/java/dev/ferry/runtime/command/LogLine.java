package dev.ferry.runtime.command;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A line of a runtime's log, as engines read it. */
final class LogLine {
    static final String ERROR = "error";
    static final String WARNING = "warning";

    private LogLine() {}

    static String of(boolean json, String level, String message) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String quoted = new String(JsonStringEncoder.getInstance().quoteAsString(message));
        return json
                ? "{\"level\":\"%s\",\"msg\":\"%s\",\"time\":\"%s\"}".formatted(level, quoted, now)
                : "time=\"%s\" level=%s msg=\"%s\"".formatted(now, level, quoted);
    }
}
