package dev.ferry.cli.render;

import java.time.Duration;
import java.util.Locale;

/** Sizes and times in words. */
public final class Quantities {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Quantities() {}

    /** Three significant digits and a binary unit: {@code 64.0 MiB}. */
    public static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1023.95 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + " B"
                : String.format(Locale.ROOT, value < 100 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }

    /** Microseconds as milliseconds or seconds: {@code 12.3 ms}, {@code 4.56 s}. */
    public static String micros(long micros) {
        if (micros < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
        }
        return String.format(Locale.ROOT, "%.2f s", micros / 1e6);
    }

    /** Time that goes on: {@code 4.5 s}, {@code 1:05}, {@code 2:00:09}. */
    public static String clock(Duration elapsed) {
        if (elapsed.toMinutes() < 1) {
            return String.format(Locale.ROOT, "%.1f s", elapsed.toMillis() / 1e3);
        }
        return elapsed.toHours() < 1
                ? String.format(Locale.ROOT, "%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart())
                : String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        elapsed.toHours(),
                        elapsed.toMinutesPart(),
                        elapsed.toSecondsPart());
    }

    /** A span in its largest unit, as the list of containers says it: {@code 5 minutes}. */
    public static String span(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        if (seconds < 1) {
            return "less than a second";
        } else if (seconds < 120) {
            return plural(seconds, "second");
        } else if (seconds < 2 * 3600) {
            return plural(seconds / 60, "minute");
        } else if (seconds < 48 * 3600) {
            return plural(seconds / 3600, "hour");
        } else if (seconds < 14 * 86_400) {
            return plural(seconds / 86_400, "day");
        } else if (seconds < 60 * 86_400) {
            return plural(seconds / (7 * 86_400), "week");
        } else if (seconds < 730 * 86_400L) {
            return plural(seconds / (30 * 86_400), "month");
        }
        return plural(seconds / (365 * 86_400), "year");
    }

    private static String plural(long count, String unit) {
        return count + " " + unit + (count == 1 ? "" : "s");
    }
}
