package dev.ferry.engine.volume;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.Map;

/**
 * What is written down of a volume.
 *
 * @param options of the driver: {@code type}, {@code o}, {@code device}
 */
public record VolumeRecord(String name, Instant created, Map<String, String> labels, Map<String, String> options) {
    /** The version of this record's form on disk. */
    static final int VERSION = 1;

    /** Docker's mark of a volume that was made for one container. */
    public static final String ANONYMOUS = "com.docker.volume.anonymous";

    /** Copies the maps. */
    public VolumeRecord {
        labels = Map.copyOf(labels);
        options = Map.copyOf(options);
    }

    /** Whether nobody gave it a name. */
    @JsonIgnore
    public boolean isAnonymous() {
        return labels.containsKey(ANONYMOUS);
    }
}
