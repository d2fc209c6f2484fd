package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes how another OCI runtime is executed by a monitor, or by a child of one.
 *
 * <p>The runtime that creates something has the standard descriptors of what it creates, because it hands its own on; and the root is
 * mounted in a mount namespace that begins with it, of which the container's is a copy: the host never sees it.
 */
final class ForeignText {
    /** The label of the step that executes it, by which its failure is told from others. */
    static final String EXECUTE = "execute the runtime";

    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final int UMASK = 0022;

    private final Calls calls;
    private final ProgramBuilder p;
    private final List<String> environment;
    private final Optional<Path> hidden;
    private boolean apart;

    /** @param hidden a mount point of the host that the runtime is not to see */
    ForeignText(Calls calls, List<String> environment, Optional<Path> hidden) {
        this.calls = calls;
        this.p = calls.program();
        this.environment = environment;
        this.hidden = hidden;
    }

    /** Standard descriptors of what the runtime is to create: the monitor's pipes, or nothing where it makes a terminal. */
    void takeStandards(boolean terminal, boolean keepStdin) {
        p.stage("standards");
        if (!keepStdin || terminal) {
            readNothing();
        } else {
            calls.standard(MonitorFd.STDIN_READ, 0);
        }
        if (!terminal) {
            calls.standard(MonitorFd.STDOUT_WRITE, 1);
            calls.standard(MonitorFd.STDERR_WRITE, 2);
        }
    }

    private void readNothing() {
        Cell nothing = p.cell("nothing");
        calls.open("/dev/null", Calls.O_RDWR, nothing);
        p.call("read nothing", Syscall.DUP3, nothing, 0, 0);
        calls.close(nothing);
    }

    /** Mounts the root where the runtime, and nobody else, sees it. */
    void mountRoot(RootFilesystem root, Path at) {
        p.stage("root");
        standApart();
        InitText.mountRoot(calls, root, at);
    }

    private void standApart() {
        p.call("make a mount namespace", Syscall.UNSHARE, NamespaceKind.MOUNT.cloneFlag());
        calls.privateMounts();
        apart = true;
    }

    /**
     * Waits until it is written down who the monitor is: from then on somebody will find what the runtime makes, and not start the same
     * again beside it. End of file means that nobody has; then there is nothing to be made.
     */
    void awaitNote() {
        p.stage("note");
        Label noted = p.label("noted");
        Block word = p.block("note", Long.BYTES);
        p.call("wait to be noted", Syscall.READ, MonitorFd.GATE.number(), word, Long.BYTES)
                .ifPositive(noted);
        p.exit(Monitored.ABANDONED);
        p.at(noted);
    }

    /** Executes it as a process that has nothing of the monitor's but its standard descriptors. */
    void execute(List<String> command) {
        p.stage("runtime");
        p.call("lead a session", Syscall.SETSID);
        p.call("set umask", Syscall.UMASK, UMASK);
        become(command);
    }

    /**
     * Drops what a monitor, which blocks all signals, has been sent: SIGPIPE above all, when it had something to tell an engine that is gone.
     * Unblocked, it would end the program that the monitor is about to become; children do not inherit it. rt_sigtimedwait(2)
     */
    void dropSignals() {
        Label more = p.label("more signals");
        Block all = p.block("signals to drop", 8).putLong(0, -1);
        Block moment = p.block("no time", 16);
        p.at(more);
        p.call("drop a signal", Syscall.RT_SIGTIMEDWAIT, all, 0, moment, 8)
                .tolerating(Errno.EAGAIN)
                .ifPositive(more);
    }

    /** The same for a process that leads its session already. */
    void become(List<String> command) {
        if (hidden.isPresent()) {
            if (!apart) {
                standApart();
            }
            String path = hidden.get().toString();
            p.call("hide \"" + path + "\"", Syscall.UMOUNT2, path, MountFlags.MNT_DETACH);
        }
        calls.clearSignalMask();
        p.call("close the rest on exec", Syscall.CLOSE_RANGE, 3, 0xffff_ffffL, CLOSE_RANGE_CLOEXEC);
        p.call(EXECUTE, Syscall.EXECVE, command.getFirst(), p.strings(command), p.strings(environment));
    }
}
