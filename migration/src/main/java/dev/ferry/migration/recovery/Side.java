package dev.ferry.migration.recovery;

/** Which of the two engines of a migration. */
public enum Side {
    /** The container comes from here. */
    SOURCE,
    /** The container goes here. */
    TARGET
}
