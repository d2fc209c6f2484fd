package dev.ferry.migration.plan;

/** By which way memory moves. */
public enum Strategy {
    /** All of it while the container stands still. Works with every kernel and every process. */
    STOP_AND_COPY
}
