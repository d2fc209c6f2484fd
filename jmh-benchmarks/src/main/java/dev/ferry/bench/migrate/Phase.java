package dev.ferry.bench.migrate;

/** What a container waits for while it stands still, in this order. Each lasts from the end of the one before it. */
enum Phase {
    /** From the order to the last beat: the container still runs for most of it, so it is no part of the silence. */
    FREEZE("freeze"),
    DUMP("dump"),
    SHIP("ship"),
    VERIFY("verify"),
    RESTORE("restore"),
    HAND_OVER("hand-over"),
    FIRST_BEAT("first beat");

    private final String word;

    Phase(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }
}
