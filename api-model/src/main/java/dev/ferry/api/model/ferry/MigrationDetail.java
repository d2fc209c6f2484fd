package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * One migration, as one of its two engines sees it.
 *
 * @param id 32 hexadecimal digits
 * @param container its id
 * @param name its name
 * @param side "source" or "target": which of the two this engine is
 * @param peer the other engine
 * @param epoch under which the target owns the container
 * @param state the last record of the journal: offered, frozen, handed-over, retired, abandoned, reclaimed at the source; reserved, verified,
 *     ready, owned, running, discarded at the target
 * @param phase what happens now: offer, image, prepare, dump, ship, restore, hand-over, finish, done
 * @param begun ISO 8601
 * @param ended ISO 8601, empty while it has not
 * @param outcome empty while it is under way, then moved, failed, reclaimed, or in-doubt until that is settled
 * @param error why it came to that, empty when it moved; while it is under way, what keeps it from going on
 * @param expectedBlackoutMicros how long the container will stand still, in microseconds; 0 when that cannot be said
 * @param blackoutMicros how long it stood still, in microseconds; 0 while that is not known
 * @param timeline the steps that have ended
 * @param inDoubt whether nobody knows which of the two engines has it
 * @param remedy the command that settles it, empty when there is nothing to settle
 */
public record MigrationDetail(
        @JsonProperty("id") String id,
        @JsonProperty("container") String container,
        @JsonProperty("name") String name,
        @JsonProperty("side") String side,
        @JsonProperty("peer") String peer,
        @JsonProperty("epoch") long epoch,
        @JsonProperty("state") String state,
        @JsonProperty("phase") String phase,
        @JsonProperty("begun") String begun,
        @JsonProperty("ended") String ended,
        @JsonProperty("outcome") String outcome,
        @JsonProperty("error") String error,
        @JsonProperty("progress") MigrationProgress progress,
        @JsonProperty("expectedBlackoutMicros") long expectedBlackoutMicros,
        @JsonProperty("blackoutMicros") long blackoutMicros,
        @JsonProperty("timeline") List<MigrationStep> timeline,
        @JsonProperty("inDoubt") boolean inDoubt,
        @JsonProperty("remedy") String remedy) {

    public MigrationDetail {
        id = Absence.text(id);
        container = Absence.text(container);
        name = Absence.text(name);
        side = Absence.text(side);
        peer = Absence.text(peer);
        state = Absence.text(state);
        phase = Absence.text(phase);
        begun = Absence.text(begun);
        ended = Absence.text(ended);
        outcome = Absence.text(outcome);
        error = Absence.text(error);
        progress = Absence.or(progress, MigrationProgress::empty);
        timeline = Absence.list(timeline);
        remedy = Absence.text(remedy);
    }

    /** All fields absent. */
    public static MigrationDetail empty() {
        return new MigrationDetail(
                "", "", "", "", "", 0, "", "", "", "", "", "", MigrationProgress.empty(), 0, 0, List.of(), false, "");
    }
}
