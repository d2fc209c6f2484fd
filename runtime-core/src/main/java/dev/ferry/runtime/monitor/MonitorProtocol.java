package dev.ferry.runtime.monitor;

/**
 * What a monitor and its starter say to each other while the container comes up.
 *
 * <pre>
 *   engine                     monitor                     child (init, or CRIU)
 *     │ posix_spawn ─────────────▶ │ clone3 ────────────────────▶ │
 *     │ ◀── {CHILD, pid} ───────── │                              │ mounts, rights ...
 *     │ ◀── {READY, 0} ────────────┼───────────────────────────── │ waits at the gate
 *     │ ─── one byte into the gate ┼────────────────────────────▶ │ seccomp, execve
 *     │ ◀── end of file ───────────┼───────────────────────────── │ runs
 * </pre>
 *
 * <p>Everything goes through {@link MonitorFd#STATUS} in the words of {@link dev.ferry.runtime.spawn.StatusReport}; a failed step at
 * any point comes instead of the next message. CHILD and READY come in either order: two processes write them.
 */
public final class MonitorProtocol {

    /** The version of descriptors, record and log format, as written to {@code monitor.json}. */
    public static final int VERSION = 1;

    /** The message that carries the child's process id. */
    public static final int CHILD = 1;

    /** Of a monitor with a home of its own, before all others: the process id under which it goes on, 0 if it stays what it is. */
    public static final int BORN = 3;

    /** The message that says that the child waits at the gate. */
    public static final int READY = 2;

    /** How another OCI runtime ended that was to create something, as a wait status; the monitor waits at its gate from then on. */
    public static final int RUNTIME_ENDED = 5;

    /** How the same one ended that was to start it. */
    public static final int STARTER_ENDED = 6;

    /** From a child that has no monitor: it is in its namespaces and waits to be let on. */
    public static final int NAMESPACES = 4;

    /** From the same: this one of the hooks of {@code createContainer}, counted from here, has failed; with its wait status. */
    public static final int CREATE_CONTAINER_HOOK = 0x400;

    /** The same of {@code startContainer}. */
    public static final int START_CONTAINER_HOOK = 0x800;

    private MonitorProtocol() {}
}
