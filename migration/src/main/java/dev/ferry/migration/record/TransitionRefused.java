package dev.ferry.migration.record;

import dev.ferry.migration.recovery.MigrationState;
import java.util.Locale;

/** No side of a migration goes from its last state to this one. */
public final class TransitionRefused extends RecordRefused {
    private static final long serialVersionUID = 1;

    TransitionRefused(MigrationRecord refused, MigrationState last) {
        super("migration \"%s\" of container \"%s\" is %s on the %s's side and cannot become %s"
                .formatted(
                        refused.migration(),
                        refused.container(),
                        last.name(),
                        last.side().name().toLowerCase(Locale.ROOT),
                        refused.state().name()));
    }

    TransitionRefused(MigrationRecord refused, String container) {
        super("migration \"%s\" moves container \"%s\", not \"%s\""
                .formatted(refused.migration(), container, refused.container()));
    }
}
