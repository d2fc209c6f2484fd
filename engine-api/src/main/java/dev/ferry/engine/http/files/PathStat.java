package dev.ferry.engine.http.files;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.engine.http.Answers;
import dev.ferry.store.files.PathFacts;
import java.util.Base64;

/** The header {@code X-Docker-Container-Path-Stat}: JSON in base64, which clients read before they read the tar. */
record PathStat(
        @JsonProperty("name") String name,
        @JsonProperty("size") long size,
        @JsonProperty("mode") long mode,
        @JsonProperty("mtime") String mtime,
        @JsonProperty("linkTarget") String linkTarget) {

    static final String HEADER = "X-Docker-Container-Path-Stat";

    static PathStat of(PathFacts facts) {
        return new PathStat(
                facts.name(),
                facts.node().size(),
                facts.goMode(),
                facts.modified().toString(),
                facts.linkTarget());
    }

    String header() {
        return Base64.getEncoder().encodeToString(Answers.bytes(this));
    }
}
