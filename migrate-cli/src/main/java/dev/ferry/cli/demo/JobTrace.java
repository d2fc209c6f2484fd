package dev.ferry.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Steps that the job is known to have made, in the order in which it said so. Pure: reads text, judges numbers. */
record JobTrace(List<Step> steps, List<String> faults) {
    private static final Pattern SPOKEN = Pattern.compile("step (\\d+) memory ([0-9a-f]+) file (\\d+) ticks (\\d+)");
    private static final Pattern WRITTEN = Pattern.compile("(\\d+) ([0-9a-f]+)");

    /** One step with the checksum of the memory at its end. */
    record Step(long number, String memory) {}

    JobTrace {
        steps = List.copyOf(steps);
        faults = List.copyOf(faults);
    }

    /** Reads the job's output. */
    static JobTrace ofOutput(String output) {
        return read(output, SPOKEN);
    }

    /** Reads the job's file. */
    static JobTrace ofFile(String content) {
        return read(content, WRITTEN);
    }

    private static JobTrace read(String text, Pattern form) {
        List<Step> steps = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        // what stands behind the last end of line is a step still being written
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        for (String line : whole.lines().toList()) {
            Matcher m = form.matcher(line);
            if (m.matches()) {
                steps.add(new Step(Long.parseLong(m.group(1)), m.group(2)));
            } else {
                faults.add(line);
            }
        }
        return new JobTrace(steps, faults);
    }

    long last() {
        return steps.isEmpty() ? 0 : steps.getLast().number();
    }

    /** The part behind the first {@code count} steps. */
    JobTrace from(int count) {
        return new JobTrace(steps.subList(Math.min(count, steps.size()), steps.size()), faults);
    }

    /** What is wrong with a trace whose first step must be {@code first}: gaps, repeats, lines that are no steps. */
    Optional<String> gap(long first) {
        if (!faults.isEmpty()) {
            return Optional.of("line '" + faults.getFirst() + "' is no step");
        }
        long expected = first;
        for (Step step : steps) {
            if (step.number() != expected) {
                return Optional.of("step " + step.number() + " where " + expected + " was due");
            }
            expected++;
        }
        return steps.isEmpty() ? Optional.of("no step at all") : Optional.empty();
    }

    /** What is wrong with the checksums, computed again from nothing. */
    Optional<String> wrongMemory(int blocks) {
        JobPlan plan = new JobPlan(blocks);
        for (Step step : steps) {
            if (step.number() < plan.step()) {
                plan = new JobPlan(blocks);
            }
            while (plan.step() < step.number()) {
                plan.advance();
            }
            if (!Long.toHexString(plan.total()).equals(step.memory())) {
                return Optional.of("step " + step.number() + " has memory " + step.memory() + ", "
                        + Long.toHexString(plan.total()) + " is right");
            }
        }
        return Optional.empty();
    }
}
