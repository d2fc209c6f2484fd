package dev.ferry.migration.protocol;

import java.time.Duration;

/**
 * How long a peer may be silent, and what follows from that for a migration. Engines need not agree on it: each gives signs of life often
 * enough for the least patient one.
 *
 * @param silence after so long without a sign of life a connection is given up; {@link #LEAST} to {@link #MOST} in an engine
 */
public record Patience(Duration silence) {
    /** What engines use when they are told nothing else. */
    public static final Patience DEFAULT = new Patience(Duration.ofSeconds(10));

    /** Less would call a busy peer dead. */
    public static final Duration LEAST = Duration.ofSeconds(1);

    /** More would leave a container frozen behind a cut for longer than anybody waits. */
    public static final Duration MOST = Duration.ofMinutes(10);

    private static final Duration BEAT = Duration.ofMillis(250);

    /** How often this side gives a sign of life. */
    public Duration beat() {
        Duration quarter = silence.dividedBy(4);
        return quarter.compareTo(BEAT) < 0 ? quarter : BEAT;
    }

    /** For a connection to be taken. */
    public Duration connecting() {
        return silence.dividedBy(2);
    }

    /** How long a cut may last while the container runs. */
    public Duration running() {
        return silence.multipliedBy(3);
    }

    /** How long a cut may last while the container stands still. */
    public Duration frozen() {
        return silence;
    }

    /** How long a restored container waits for its hand-over: longer than the source tries to reach it. */
    public Duration atGate() {
        return silence.multipliedBy(3).dividedBy(2);
    }

    /** How long a source is not heard of before it is asked whether anything comes. */
    public Duration missing() {
        return silence.dividedBy(10);
    }

    /** How long a place is kept for a source that is not heard of. */
    public Duration reserved() {
        return silence.multipliedBy(6);
    }
}
