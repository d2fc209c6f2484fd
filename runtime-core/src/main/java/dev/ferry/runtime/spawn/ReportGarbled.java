package dev.ferry.runtime.spawn;

import java.io.Serial;

/** What came through the status pipe is not what this program sends. */
public final class ReportGarbled extends SpawnException {
    @Serial
    private static final long serialVersionUID = 1;

    ReportGarbled(String program, String what) {
        super(program + " sent a report that makes no sense: " + what, null);
    }
}
