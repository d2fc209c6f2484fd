package dev.ferry.engine.system;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What an engine says of itself on {@code /ferry/v1/engine}.
 *
 * @param adopted containers that ran when this engine took them over
 * @param ended containers that had ended while no engine ran
 * @param damaged containers whose records cannot be read
 * @param interrupted containers that were in the middle of a checkpoint or restore
 * @param adoptMillis how long the taking over took
 */
public record EngineState(
        @JsonProperty("version") String version,
        @JsonProperty("pid") long pid,
        @JsonProperty("root") String root,
        @JsonProperty("run") String run,
        @JsonProperty("adopted") int adopted,
        @JsonProperty("ended") int ended,
        @JsonProperty("damaged") int damaged,
        @JsonProperty("interrupted") int interrupted,
        @JsonProperty("adoptMillis") long adoptMillis) {}
