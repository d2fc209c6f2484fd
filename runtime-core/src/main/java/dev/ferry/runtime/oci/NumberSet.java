package dev.ferry.runtime.oci;

import java.util.BitSet;

/** Sets of small numbers as the kernel lists processors and memory nodes: {@code 0-3,7}. cpuset(7), "List format" */
public final class NumberSet {
    /** The kernel's own limit of processors, CONFIG_NR_CPUS, is 8192 at most. */
    private static final int BOUND = 8192;

    private NumberSet() {}

    /**
     * Reads a list.
     *
     * @param field whose it is, for the error's text
     * @throws IllegalArgumentException when it is no list, or empty
     */
    public static BitSet parse(String field, String list) {
        BitSet numbers = new BitSet();
        for (String range : list.strip().split(",", -1)) {
            String[] ends = range.strip().split("-", -1);
            try {
                int first = Integer.parseInt(ends[0]);
                int last = Integer.parseInt(ends[ends.length - 1]);
                if (ends.length > 2 || first < 0 || last < first || last >= BOUND) {
                    throw invalid(field, list);
                }
                numbers.set(first, last + 1);
            } catch (NumberFormatException e) {
                throw invalid(field, list);
            }
        }
        return numbers;
    }

    private static IllegalArgumentException invalid(String field, String list) {
        return new IllegalArgumentException(
                "%s is \"%s\", which is no list of numbers; write it like 0-3,7".formatted(field, list));
    }
}
