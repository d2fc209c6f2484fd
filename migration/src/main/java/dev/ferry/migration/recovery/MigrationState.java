package dev.ferry.migration.recovery;

/** The last record of one side. */
public sealed interface MigrationState permits SourceState, TargetState {

    /** Whose record it is. */
    Side side();

    /** As it is written. */
    String name();

    /** Whether {@link Recovery} has nothing to do about it any more. */
    boolean isOver();

    /** Whether who writes this says that it runs the container, or may come to run it, under the epoch of the record. The others let go. */
    boolean claims();
}
