package dev.ferry.migration.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An entry could not be made durable, or what is there cannot be read. Nothing may be done because of the entry. */
public sealed class JournalException extends IOException permits JournalDamaged, JournalFull, JournalFailed {
    private static final long serialVersionUID = 1;

    JournalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
