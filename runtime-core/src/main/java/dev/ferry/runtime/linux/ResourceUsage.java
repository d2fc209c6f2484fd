package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.Layouts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * What an ended process and its reaped children used. getrusage(2)
 *
 * @param user processor time in user mode
 * @param system processor time in the kernel
 * @param maximumResidentKib the most memory that was resident at a time, in KiB
 * @param minorFaults page faults without input or output
 * @param majorFaults page faults that had to read
 * @param voluntarySwitches times it gave up the processor to wait
 * @param involuntarySwitches times the processor was taken from it
 */
public record ResourceUsage(
        Duration user,
        Duration system,
        long maximumResidentKib,
        long minorFaults,
        long majorFaults,
        long voluntarySwitches,
        long involuntarySwitches) {
    /** Bytes of a {@code struct rusage}. */
    public static final int BYTES = Layouts.RUSAGE.size();

    /** From the bytes of a {@code struct rusage}, as wait4(2) fills it. */
    public static ResourceUsage parse(byte[] rusage) {
        if (rusage.length < BYTES) {
            throw new IllegalArgumentException("a struct rusage has " + BYTES + " bytes, not " + rusage.length);
        }
        ByteBuffer b = ByteBuffer.wrap(rusage).order(ByteOrder.LITTLE_ENDIAN);
        return new ResourceUsage(
                time(b, Layouts.RUSAGE.offset("ru_utime")),
                time(b, Layouts.RUSAGE.offset("ru_stime")),
                b.getLong(Layouts.RUSAGE.offset("ru_maxrss")),
                b.getLong(Layouts.RUSAGE.offset("ru_minflt")),
                b.getLong(Layouts.RUSAGE.offset("ru_majflt")),
                b.getLong(Layouts.RUSAGE.offset("ru_nvcsw")),
                b.getLong(Layouts.RUSAGE.offset("ru_nivcsw")));
    }

    private static Duration time(ByteBuffer buffer, int offset) {
        return Duration.ofSeconds(buffer.getLong(offset)).plus(buffer.getLong(offset + 8), ChronoUnit.MICROS);
    }
}
