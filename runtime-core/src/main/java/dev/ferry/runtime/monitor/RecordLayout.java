package dev.ferry.runtime.monitor;

/**
 * The exit record: 24 little-endian words that the monitor writes in one go when its child has ended.
 *
 * <pre>
 *    0  magic and version          5..22  rusage of the child
 *    1  what wait4 returned        23     CRIU's wait status (restore only)
 *    2  wait status (32 bit), mark of lost output (32 bit)
 *    3  seconds, 4 nanoseconds
 * </pre>
 *
 * <p>When the monitor itself failed, word 0 has another magic, 1 is the step's address, 2 the negative errno, 3 and 4 the time.
 */
public final class RecordLayout {
    /** Length of a complete record in bytes; a file of another length is no record. */
    public static final int BYTES = 192;

    /** Word 0 of a record that tells how the child ended: "FERYEXT" and the version. */
    public static final long ENDED = 0x0154_5845_5952_4546L;

    /** Word 0 of a record that tells how the monitor failed. */
    public static final long FAILED = 0x014c_4146_5952_4546L;

    public static final int WAIT_RESULT = 8;
    public static final int WAIT_STATUS = 16;

    /** Not zero when output was lost because the log could not be written: 32 bits beside the wait status. */
    public static final int LOG_DAMAGED = 20;

    public static final int TIME = 24;
    public static final int USAGE = 40;
    public static final int CRIU_STATUS = 184;

    private RecordLayout() {}
}
