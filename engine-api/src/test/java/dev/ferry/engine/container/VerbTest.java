package dev.ferry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.NotModified;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VerbTest {

    private static final ContainerId ID = ContainerId.random();
    private static final Status RUNNING = new Status.Running(Instant.EPOCH, 7);
    private static final Status PAUSED = new Status.Paused(Instant.EPOCH, 7);
    private static final Status EXITED = new Status.Exited(0, Instant.EPOCH, Instant.EPOCH, false, "");
    private static final Status CREATED = new Status.Created(0, "");

    @Test
    void startingWhatRunsChangesNothing() {
        assertThat(Verb.START.refusal(RUNNING, ID, "web").orElseThrow()).isInstanceOf(NotModified.class);
    }

    @Test
    void pausedContainerRefusesExecAndStart() {
        assertThat(Verb.EXEC.refusal(PAUSED, ID, "web").orElseThrow())
                .isInstanceOf(Conflict.class)
                .hasMessage("container " + ID + " is paused, unpause the container before exec");
        assertThat(Verb.START.refusal(PAUSED, ID, "web").orElseThrow())
                .hasMessage("cannot start a paused container, try unpause instead");
    }

    @Test
    void runningContainerIsRemovedByForceOnly() {
        assertThat(Verb.REMOVE.refusal(RUNNING, ID, "web").orElseThrow())
                .hasMessage("cannot remove container \"/web\": container is running: stop the container before removing"
                        + " or force remove");
        assertThat(Verb.REMOVE_BY_FORCE.refusal(RUNNING, ID, "web")).isEmpty();
    }

    @Test
    void onlyWhatRunsIsCheckpointedAndOnlyWhatDoesNotIsRestored() {
        assertThat(Verb.CHECKPOINT.refusal(RUNNING, ID, "web")).isEmpty();
        assertThat(Verb.CHECKPOINT.refusal(EXITED, ID, "web").orElseThrow()).hasMessage("Container web not running");
        assertThat(Verb.RESTORE.refusal(EXITED, ID, "web")).isEmpty();
        assertThat(Verb.RESTORE.refusal(CREATED, ID, "web")).isEmpty();
        assertThat(Verb.RESTORE.refusal(RUNNING, ID, "web")).isPresent();
    }
}
