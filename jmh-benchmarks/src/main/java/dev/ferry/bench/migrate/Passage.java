package dev.ferry.bench.migrate;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One move, as somebody saw it who counts the beats.
 *
 * @param blackout the silence between the last beat here and the first one there
 * @param total from the request until both sides are done
 * @param bytes that were sent, in all; 0 where nobody counts them
 * @param written to the disks of both sides, in bytes; empty where nobody counts them
 * @param phases what the blackout was made of; all but {@link Phase#FREEZE} are its parts
 */
record Passage(Duration blackout, Duration total, long bytes, Optional<Written> written, Map<Phase, Duration> phases) {
    Passage {
        phases = Map.copyOf(phases);
    }

    /** Bytes that each side gave to its disk. */
    record Written(long source, long target) {}

    /** The longest pause between beats. */
    record Silence(Instant lastBeat, Instant firstBeat) {
        /** Preconditions: two beats or more, in their order. */
        static Silence longestOf(List<Instant> beats) {
            if (beats.size() < 2) {
                throw new IllegalArgumentException("no silence between " + beats.size() + " beats");
            }
            Silence longest = new Silence(beats.get(0), beats.get(1));
            for (int i = 2; i < beats.size(); i++) {
                Silence next = new Silence(beats.get(i - 1), beats.get(i));
                longest = next.length().compareTo(longest.length()) > 0 ? next : longest;
            }
            return longest;
        }

        Duration length() {
            return Duration.between(lastBeat, firstBeat);
        }

        /**
         * Cuts the time from the order to the first beat into phases. What one side says about the time after the first beat is left
         * out: the container ran by then.
         *
         * @param asked when the order was given
         * @param ends of phases; of those that lie between the order and the first beat
         */
        Map<Phase, Duration> phases(Instant asked, Map<Phase, Instant> ends) {
            Map<Phase, Instant> all = new EnumMap<>(ends);
            all.put(Phase.FREEZE, lastBeat);
            all.put(Phase.FIRST_BEAT, firstBeat);
            Map<Phase, Duration> phases = new EnumMap<>(Phase.class);
            // a beat is up to its period older than the freeze, and perhaps than the order
            Instant from = asked.isBefore(lastBeat) ? asked : lastBeat;
            for (Map.Entry<Phase, Instant> each : all.entrySet()) {
                Instant end = each.getValue();
                Instant to = end.isAfter(firstBeat) ? firstBeat : end.isBefore(from) ? from : end;
                phases.put(each.getKey(), Duration.between(from, to));
                from = to;
            }
            return phases;
        }
    }
}
