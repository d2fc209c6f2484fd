package dev.ferry.bench.start;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long the parts of one start took, all counted from the same call.
 *
 * @param measures in the order in which they ended
 * @param stages how long each stage of the child's program took; empty unless profiled
 */
public record Timing(Map<Measure, Duration> measures, Map<String, Duration> stages) {

    /** Moments of a container's start. */
    public enum Measure {
        /** The container's program has replaced the runtime's in its process. */
        EXECUTED("to exec'd"),
        /** The program, which does nothing, has ended and its exit status is known. */
        ENDED("to ended"),
        /** Nothing of the container is left: control groups, namespaces, directories. */
        GONE("to gone");

        private final String text;

        Measure(String text) {
            this.text = text;
        }

        /** For people. */
        public String text() {
            return text;
        }
    }

    public Timing {
        measures = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(measures));
        stages = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(stages));
    }

    /** A clock that has just been started. */
    static final class Watch {
        private final long begun = System.nanoTime();
        private final Map<Measure, Duration> measures = new LinkedHashMap<>();
        private long stageBegun = begun;

        void passed(Measure measure) {
            measures.put(measure, Duration.ofNanos(System.nanoTime() - begun));
        }

        /** Ends a stage that began with the watch or with the end of the stage before. */
        void stage(Map<String, Duration> stages, String name) {
            long now = System.nanoTime();
            stages.put(name, Duration.ofNanos(now - stageBegun));
            stageBegun = now;
        }

        Timing timing(Map<String, Duration> stages) {
            return new Timing(measures, stages);
        }

        Timing timing() {
            return new Timing(measures, Map.of());
        }
    }
}
