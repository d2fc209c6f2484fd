package dev.ferry.migration.session;

import dev.ferry.migration.recovery.SourceState;
import java.io.IOException;

/** The journal, as a source's session writes it. */
@FunctionalInterface
public interface SourceRecords {
    /** Makes it the last record of this migration; durable when it returns. */
    void write(SourceState state) throws IOException;
}
