package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.StepDraft;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Nobody looks after it but whoever called the runtime: it writes to the caller's descriptors, its terminal goes to the caller's
 * socket, and its gate is a FIFO that another call of the runtime opens.
 *
 * @param kept how many descriptors from 3 on are the program's, as systemd passes them; those of the runtime lie behind
 * @param gated whether the program waits to be started; else it is executed at once
 * @param foreign standard descriptors that belong to somebody else, such as the host's {@code /dev/null}
 * @param nothing those of them that are the host's {@code /dev/null}
 * @param hooks those that run inside
 * @param listener the socket that takes the listener of its filter; empty without one
 * @param maps how many user namespaces are placed whose ids mounts take
 */
record Alone(
        int kept,
        boolean gated,
        Set<Integer> foreign,
        Set<Integer> nothing,
        Hooks hooks,
        Optional<Path> listener,
        int maps)
        implements Surroundings {
    private static final int FIRST = 3;

    Alone {
        foreign = Set.copyOf(foreign);
        nothing = Set.copyOf(nothing);
    }

    @Override
    public int status() {
        return FIRST + kept;
    }

    /** One byte lets a child on that has reported to be in its namespaces. */
    int goAhead() {
        return status() + 1;
    }

    /** The FIFO where a created container waits to be started. */
    int gate() {
        return status() + 2;
    }

    /** The FIFO where it says what became of its start. */
    int report() {
        return status() + 3;
    }

    @Override
    public int terminalSocket() {
        return status() + 4;
    }

    /** The directory in the unified hierarchy that it is born in. */
    int cgroup() {
        return status() + 5;
    }

    @Override
    public int target() {
        return status() + 6;
    }

    /** The file that takes what hooks say. */
    int hookOutput() {
        return status() + 7;
    }

    /** The file with the state of a container that is being created, for hooks. */
    int creating() {
        return status() + 8;
    }

    /** The file with the state of a container that is about to be started, for hooks. */
    int created() {
        return status() + 9;
    }

    /** The socket that takes the listener of a filter. */
    int listenerSocket() {
        return status() + 10;
    }

    /** The file with the state that goes with it. */
    int listenerState() {
        return status() + 11;
    }

    /** The socket of whoever copies what a tmpfs takes from its place. */
    int copier() {
        return status() + 12;
    }

    /** A user namespace whose ids a mount takes, counted from 0. */
    int map(int which) {
        return status() + 13 + which;
    }

    /** The first that has no meaning. */
    int free() {
        return map(maps);
    }

    @Override
    public void awaitOutside(Calls calls) {
        if (listener.isPresent()) {
            awaitGoAhead(calls);
        }
    }

    @Override
    public void handOverListener(Calls calls, Supplier<StepDraft> load) {
        ListenerText.write(calls, listenerSocket(), listenerState(), load);
    }

    @Override
    public int firstOwn() {
        return FIRST + kept;
    }

    @Override
    public void takeStandards(Calls calls, boolean terminal) {
        // they are the caller's, or the terminal's that is to come
    }

    /** The host's would tie the container to a mount that it cannot see, and no checkpoint could be made of it. */
    @Override
    public void reopenNothing(Calls calls) {
        ProgramBuilder p = calls.program();
        for (int fd : nothing.stream().sorted().toList()) {
            Cell own = p.cell("nothing");
            Label next = p.label("behind descriptor " + fd);
            // 0: a root without devices has none
            calls.open("/dev/null", Calls.O_RDWR, own).tolerating(Errno.ENOENT).ifZero(next);
            p.call("make the container's /dev/null descriptor " + fd, Syscall.DUP3, own, fd, 0);
            calls.close(own);
            p.at(next);
        }
    }

    @Override
    public boolean isUsers(int fd, boolean terminal) {
        return terminal || !foreign.contains(fd);
    }

    @Override
    public void closeTerminalSocket(Calls calls) {
        calls.program().call("close the terminal's socket", Syscall.CLOSE, terminalSocket());
    }

    @Override
    public boolean looksForProgram() {
        return gated;
    }

    /**
     * Reports to be ready, then whoever starts it hears of it at the FIFO: of a failed step, or of the end of file that a program
     * leaves that was executed. Both FIFOs are open for reading and for writing, so neither open nor close of the other side matters.
     */
    @Override
    public void awaitGate(Calls calls) {
        if (!gated) {
            return;
        }
        ProgramBuilder p = calls.program();
        p.message("report to be ready", status(), MonitorProtocol.READY, p.cell("ready", 0));
        p.call("report to whoever starts it from here on", Syscall.DUP3, report(), status(), Calls.O_CLOEXEC);
        p.call("close the spare of the report", Syscall.CLOSE, report());
        p.call("wait at the gate", Syscall.READ, gate(), p.block("gate byte", 8), 1);
        new HookText(calls, this, hooks).runInContainer();
    }

    /** Tells that the namespaces are there, and waits until the runtime has done its part from outside. */
    void awaitGoAhead(Calls calls) {
        ProgramBuilder p = calls.program();
        p.stage("go ahead");
        Label on = p.label("go ahead");
        Label given = p.label("given up");
        Block byteOf = p.block("go-ahead byte", 8);
        p.message("report the namespaces", status(), MonitorProtocol.NAMESPACES, p.cell("namespaces", 0));
        p.call("wait for the go-ahead", Syscall.READ, goAhead(), byteOf, 1)
                .ifPositive(on)
                .ifZero(given);
        p.at(given);
        p.exit(Monitored.ABANDONED);
        p.at(on);
        p.call("close the go-ahead", Syscall.CLOSE, goAhead());
    }
}
