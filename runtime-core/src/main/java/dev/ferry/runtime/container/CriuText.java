package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes how CRIU is executed: in a mount namespace of its own, where nothing it mounts can leak to the host and where
 * {@code /run} may be a tmpfs that keeps what it found out about the kernel.
 *
 * <p>Its directories are opened in there: CRIU mounts things in its working directory, which a directory of another mount
 * namespace does not allow. The keyring is left behind because CRIU does not restore that of the container, so whatever it has
 * itself would become the container's.
 */
final class CriuText {
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final int F_SETFD = 2;
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /**
     * CRIU stops a task at an address by a hardware breakpoint and waits for it without an end. Some virtual machines take the debug
     * registers and never trap; 4.1 does not look whether they do, 4.2 does. Its own switch for that (a fault of its tests, number 130:
     * no breakpoints) makes it count system calls instead, as it does on processors without such registers.
     */
    private static final String NO_BREAKPOINTS = "CRIU_FAULT=130";

    private final Calls calls;
    private final ProgramBuilder p;

    CriuText(Calls calls) {
        this.calls = calls;
        this.p = calls.program();
    }

    /** A private mount namespace and what it shows. */
    void settle(Optional<Path> runCache) {
        p.stage("criu");
        calls.clearSignalMask();
        calls.ownKeyring();
        p.call("make a mount namespace", Syscall.UNSHARE, NamespaceKind.MOUNT.cloneFlag());
        calls.privateMounts();
        runCache.ifPresent(path -> calls.bind(path.toString(), "/run", MountFlags.MS_REC));
    }

    void openDirectory(Path directory, MonitorFd at) {
        Cell opened = p.cell(at.name());
        calls.open(directory.toString(), Calls.O_DIRECTORY, opened);
        p.call("place " + at, Syscall.DUP3, opened, at.number(), Calls.O_CLOEXEC);
    }

    /**
     * Hands over the descriptors that CRIU is to have and executes it.
     *
     * @param kept stays open in CRIU; everything else is closed
     */
    void execute(List<String> command, Set<MonitorFd> kept) {
        p.call("close the rest on exec", Syscall.CLOSE_RANGE, 3, 0xffff_ffffL, CLOSE_RANGE_CLOEXEC);
        for (MonitorFd fd : kept.stream().sorted().toList()) {
            p.call("keep " + fd, Syscall.FCNTL, fd.number(), F_SETFD, 0);
        }
        p.call("change to the host's root", Syscall.CHDIR, "/");
        var arguments = new ArrayList<>(command);
        arguments.add("swrk");
        arguments.add(Integer.toString(MonitorFd.CRIU_RPC.number()));
        p.stage("exec");
        p.writeStamps(MonitorFd.STATUS.number());
        p.call(
                "execute \"" + command.getFirst() + "\"",
                Syscall.EXECVE,
                command.getFirst(),
                p.strings(arguments),
                p.strings(List.of(PATH, NO_BREAKPOINTS)));
    }
}
