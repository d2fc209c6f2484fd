package dev.ferry.migration.session;

import dev.ferry.migration.recovery.TargetState;
import java.io.IOException;

/** The journal, as a target's session writes it. */
@FunctionalInterface
public interface TargetRecords {
    /** Makes it the last record of this migration; durable when it returns. */
    void write(TargetState state) throws IOException;
}
