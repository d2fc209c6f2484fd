package dev.ferry.engine.container;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * How far a container is on its way into or out of a checkpoint, written down before the step it names is taken.
 *
 * <pre>
 *   Dumping   CRIU is at work; the container runs on if anything ends now
 *   Dumped    everything of the checkpoint is on disk; CRIU ends the container next, unless it is left running
 *   Restoring a new monitor with CRIU in it is at work; with Running: every process is there, and CRIU is told to let them go next
 *   (none)    with Running: the restored init runs
 * </pre>
 *
 * A new engine that finds one of these waits until the old one's CRIU is gone, looks at what there is, and finishes it or undoes it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "phase")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Passage.Dumping.class, name = "dumping"),
    @JsonSubTypes.Type(value = Passage.Dumped.class, name = "dumped"),
    @JsonSubTypes.Type(value = Passage.Restoring.class, name = "restoring"),
})
public sealed interface Passage {

    /** The checkpoint's name. */
    String checkpoint();

    /** Where the checkpoint lies, an absolute path. */
    String directory();

    /** A dump that may still fail without harm. */
    record Dumping(String checkpoint, String directory, boolean leaveRunning) implements Passage {}

    /** A dump that is complete. */
    record Dumped(String checkpoint, String directory, boolean leaveRunning) implements Passage {}

    /** A restore that CRIU has not ended. */
    record Restoring(String checkpoint, String directory) implements Passage {}
}
