package dev.ferry.runtime.linux;

import java.lang.foreign.MemorySegment;

/**
 * A C function whose arguments are addresses and whole numbers, six at most, and whose result is one or nothing. All of them go through the one
 * handle that {@link Libc} has linked.
 *
 * @param address where it is, for as long as it is called
 */
public record CFunction(String name, MemorySegment address) {
    private static final int MOST_ARGUMENTS = 6;

    /** Calls it. Of a result that is shorter than a word only the lower part means something; errno is not looked at. */
    public long call(long... arguments) {
        if (arguments.length > MOST_ARGUMENTS) {
            throw new IllegalArgumentException(name + " with " + arguments.length + " arguments");
        }
        long[] all = new long[MOST_ARGUMENTS];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        return Libc.call(address, all[0], all[1], all[2], all[3], all[4], all[5]);
    }
}
