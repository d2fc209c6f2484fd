package dev.ferry.runtime.monitor;

/**
 * The descriptors of a monitor and of its child until it executes its program. Fixed numbers, because a step can only name what
 * is known when the program is written; every descriptor that the kernel chooses is moved to its number here at once.
 *
 * <p>Numbers are part of {@link MonitorProtocol#VERSION}: a later engine takes {@link #STDIN_WRITE}, {@link #TTY_MASTER} and
 * {@link #CONTROL_WRITE} out of a running monitor by number. pidfd_getfd(2)
 */
public enum MonitorFd {
    /** Messages of {@link MonitorProtocol} to whoever started the monitor; closed on exec, so that its end means success. */
    STATUS(3),
    /** The exit record, written once. */
    RECORD(4),
    /** The log, opened for appending. */
    LOG(5),
    /** One byte lets a created container start; end-of-file abandons it. */
    GATE(6),
    /** The network namespace to join, or to hand to CRIU. */
    NETWORK(7),
    /** CRIU's end of its socket. */
    CRIU_RPC(8),
    /** Where a restored terminal's master arrives. */
    TTY_SOCKET(9),
    /** Standard output of the container, read end; the terminal's master instead where there is one. */
    STDOUT_READ(10),
    STDERR_READ(11),
    STDOUT_WRITE(12),
    STDERR_WRITE(13),
    /** SIGCHLD as a descriptor. */
    SIGNALS(14),
    STDIN_WRITE(15),
    STDIN_READ(16),
    /** The monitor's child: init, or CRIU while restoring. */
    CHILD(17),
    /** CRIU's images directory, opened in CRIU's mount namespace. */
    IMAGES(18),
    CONTROL_READ(19),
    /** One byte makes the monitor close {@link #STDIN_WRITE}. */
    CONTROL_WRITE(20),
    /** The process to join, for exec. */
    TARGET(21),
    /** The container's cgroup2 directory, for CLONE_INTO_CGROUP. */
    CGROUP(22),
    /** CRIU's working directory, opened like {@link #IMAGES}. */
    WORK(23);

    /** The first number that has no fixed meaning. */
    public static final int FREE = 24;

    /** Where a starter places the cgroup that the monitor is to be born in; closed by its first steps. */
    public static final int BIRTHPLACE = FREE;

    /** The terminal's master, in a monitor whose container has a terminal. */
    public static final MonitorFd TTY_MASTER = STDOUT_READ;

    private final int number;

    MonitorFd(int number) {
        this.number = number;
    }

    /** The descriptor's number inside the monitor. */
    public int number() {
        return number;
    }
}
