package dev.ferry.engine.container;

import dev.ferry.engine.error.InvalidRequest;
import java.util.Locale;
import java.util.Map;

/** Signals by the names that clients use. signal(7), numbers of x86 and ARM */
public final class SignalName {

    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("HUP", 1),
            Map.entry("INT", 2),
            Map.entry("QUIT", 3),
            Map.entry("ILL", 4),
            Map.entry("TRAP", 5),
            Map.entry("ABRT", 6),
            Map.entry("IOT", 6),
            Map.entry("BUS", 7),
            Map.entry("FPE", 8),
            Map.entry("KILL", 9),
            Map.entry("USR1", 10),
            Map.entry("SEGV", 11),
            Map.entry("USR2", 12),
            Map.entry("PIPE", 13),
            Map.entry("ALRM", 14),
            Map.entry("TERM", 15),
            Map.entry("STKFLT", 16),
            Map.entry("CHLD", 17),
            Map.entry("CLD", 17),
            Map.entry("CONT", 18),
            Map.entry("STOP", 19),
            Map.entry("TSTP", 20),
            Map.entry("TTIN", 21),
            Map.entry("TTOU", 22),
            Map.entry("URG", 23),
            Map.entry("XCPU", 24),
            Map.entry("XFSZ", 25),
            Map.entry("VTALRM", 26),
            Map.entry("PROF", 27),
            Map.entry("WINCH", 28),
            Map.entry("IO", 29),
            Map.entry("POLL", 29),
            Map.entry("PWR", 30),
            Map.entry("SYS", 31));

    /** SIGRTMIN as programs see it: the C library keeps two for itself. */
    private static final int FIRST_REAL_TIME = 34;

    private static final int LAST_REAL_TIME = 64;

    private SignalName() {}

    /**
     * The number of {@code KILL}, {@code SIGKILL}, {@code 9} or {@code RTMIN+3}.
     *
     * @throws InvalidRequest for anything else
     */
    public static int number(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        if (name.startsWith("SIG")) {
            name = name.substring(3);
        }
        Integer known = NUMBERS.get(name);
        if (known != null) {
            return known;
        }
        try {
            if (name.startsWith("RTMIN")) {
                return realTime(text, FIRST_REAL_TIME + offset(name));
            }
            if (name.startsWith("RTMAX")) {
                return realTime(text, LAST_REAL_TIME + offset(name));
            }
            int number = Integer.parseInt(name);
            if (number >= 1 && number <= LAST_REAL_TIME) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new InvalidRequest("signal.invalid", "invalid signal: " + text, e);
        }
        throw new InvalidRequest("signal.invalid", "invalid signal: " + text);
    }

    private static int offset(String name) {
        String rest = name.substring("RTMIN".length());
        return rest.isEmpty() ? 0 : Integer.parseInt(rest);
    }

    private static int realTime(String text, int number) {
        if (number < FIRST_REAL_TIME || number > LAST_REAL_TIME) {
            throw new InvalidRequest("signal.invalid", "invalid signal: " + text);
        }
        return number;
    }
}
