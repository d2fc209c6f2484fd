package dev.ferry.criu.preflight;

import dev.ferry.criu.Refusal;

/**
 * Something that a checkpoint would fail at.
 *
 * @param refusal what kind of thing
 * @param object which one: "pid 17 (nginx), descriptor 9, anon_inode:[io_uring]"
 */
public record Obstacle(Refusal refusal, String object) {
    /** Object, reason and remedy in one line. */
    public String sentence() {
        return "\"" + object + "\": " + refusal.sentence() + "; " + refusal.remedy();
    }
}
