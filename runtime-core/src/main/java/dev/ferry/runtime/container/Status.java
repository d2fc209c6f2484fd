package dev.ferry.runtime.container;

/** Where a container is in its life, as far as its monitor's traces tell. */
public sealed interface Status {

    /** Everything is in place, the program has not been executed. */
    record Created() implements Status {}

    /** The program runs. */
    record Running() implements Status {}

    /** Over, and the monitor wrote down how. */
    record Exited(ExitRecord record) implements Status {}

    /**
     * Over without a record: the host went down, or somebody ended the monitor.
     *
     * @param reason for people
     */
    record Lost(String reason) implements Status {}
}
