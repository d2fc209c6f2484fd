package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * That a container is on its way to another engine, or from one.
 *
 * @param migration 32 hexadecimal digits, empty when it is on no way anywhere
 * @param stage leaving: it runs here and another engine makes room; gone: it stands still or is handed over; left: it runs at the peer and this is
 *     what was kept; arriving: it does not run here yet
 * @param peer the other engine
 * @param epoch under which this engine holds it
 * @param remedy the command that settles who has it, empty when that is in no doubt
 */
public record ContainerWay(
        @JsonProperty("migration") String migration,
        @JsonProperty("stage") String stage,
        @JsonProperty("peer") String peer,
        @JsonProperty("epoch") long epoch,
        @JsonProperty("remedy") String remedy) {

    public ContainerWay {
        migration = Absence.text(migration);
        stage = Absence.text(stage);
        peer = Absence.text(peer);
        remedy = Absence.text(remedy);
    }

    /** All fields absent. */
    public static ContainerWay empty() {
        return new ContainerWay("", "", "", 0, "");
    }
}
