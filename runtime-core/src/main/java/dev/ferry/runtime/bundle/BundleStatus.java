package dev.ferry.runtime.bundle;

/** The states of a container, as the specification and runc name them. runtime.md, "State" */
public enum BundleStatus {
    CREATING("creating"),
    CREATED("created"),
    RUNNING("running"),
    PAUSED("paused"),
    STOPPED("stopped");

    private final String word;

    BundleStatus(String word) {
        this.word = word;
    }

    /** As it is printed. */
    public String word() {
        return word;
    }
}
