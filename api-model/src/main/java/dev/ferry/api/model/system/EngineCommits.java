package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Commits of the programs beside the engine, as old clients print them.
 */
public record EngineCommits(
        @JsonProperty("ContainerdCommit") Commit containerdCommit,
        @JsonProperty("RuncCommit") Commit runcCommit,
        @JsonProperty("InitCommit") Commit initCommit) {

    public EngineCommits {
        containerdCommit = Absence.or(containerdCommit, Commit::empty);
        runcCommit = Absence.or(runcCommit, Commit::empty);
        initCommit = Absence.or(initCommit, Commit::empty);
    }

    /** All fields absent. */
    public static EngineCommits empty() {
        return new EngineCommits(Commit.empty(), Commit.empty(), Commit.empty());
    }
}
