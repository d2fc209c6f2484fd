package dev.ferry.runtime.linux;

/**
 * How a process ended, as wait4(2) says it. wait(2)
 *
 * @param raw the status word: exit code in bits 8 to 15, signal in bits 0 to 6, core dump in bit 7
 */
public record WaitStatus(int raw) {
    private static final int SIGNAL_BITS = 0x7f;
    private static final int CORE_BIT = 0x80;
    private static final int SIGNALLED = 128;

    /** Whether it ended by itself. */
    public boolean isExited() {
        return (raw & SIGNAL_BITS) == 0;
    }

    /** The signal that ended it, 0 when it ended by itself. */
    public int signal() {
        return raw & SIGNAL_BITS;
    }

    /** Whether a core was dumped. */
    public boolean isCoreDumped() {
        return !isExited() && (raw & CORE_BIT) != 0;
    }

    /** What a shell would show: the exit code, or 128 and the signal. */
    public int exitCode() {
        return isExited() ? raw >> 8 & 0xff : SIGNALLED + signal();
    }
}
