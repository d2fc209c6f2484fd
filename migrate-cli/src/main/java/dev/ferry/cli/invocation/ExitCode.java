package dev.ferry.cli.invocation;

/**
 * What the command line ends with. A command that runs something in a container ends with that program's own code instead; the
 * numbers from 125 on are those of {@code docker run}.
 */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;

    /** The command worked and its answer is no: a check failed, something is missing on the host. */
    public static final int NEGATIVE = 1;

    /** The command line itself is wrong; EX_USAGE of sysexits. */
    public static final int USAGE = 64;

    /** The engine refused, failed, or does not run; or the command line failed for a reason of its own. */
    public static final int ENGINE = 125;

    /** The program in the container can not be executed. */
    public static final int NOT_EXECUTABLE = 126;

    /** The program in the container does not exist. */
    public static final int NOT_FOUND = 127;

    private ExitCode() {}
}
