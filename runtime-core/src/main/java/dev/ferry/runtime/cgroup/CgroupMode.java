package dev.ferry.runtime.cgroup;

/** How the host mounts its control groups. */
public enum CgroupMode {
    /** A hierarchy for each controller. */
    V1,
    /** Version 1 with a unified hierarchy beside it that carries no controllers, or those that version 1 leaves over. */
    HYBRID,
    /** One hierarchy. */
    V2
}
