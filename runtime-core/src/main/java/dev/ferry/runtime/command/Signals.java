package dev.ferry.runtime.command;

import dev.ferry.runtime.command.Arguments.Usage;
import java.util.List;
import java.util.Locale;

/** Signals by name or number, on x86_64 and aarch64. signal(7) */
final class Signals {
    private static final int LAST = 64;

    /** In the order of their numbers, from 1 on. */
    static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    private Signals() {}

    static int number(String text) throws Usage {
        String name = text.toUpperCase(Locale.ROOT);
        if (name.startsWith("SIG")) {
            name = name.substring("SIG".length());
        }
        int found = NAMES.indexOf(name) + 1;
        if (found == 0 && name.matches("\\d{1,2}")) {
            found = Integer.parseInt(name);
        }
        if (found < 1 || found > LAST) {
            throw new Usage("unknown signal \"" + text + "\": name one of signal(7), or its number");
        }
        return found;
    }
}
