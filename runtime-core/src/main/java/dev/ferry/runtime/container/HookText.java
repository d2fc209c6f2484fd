package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes how init runs the hooks that belong into the container's namespaces: those of {@code createContainer}, which see the host's files with
 * the container's mounts in their places, and those of {@code startContainer}, which see what the container sees. config.md, "POSIX-platform
 * Hooks"
 */
final class HookText {
    private static final int SEEK_SET = 0;
    private static final int CLONE_ARGS = 88;
    private static final int CLONE_PIDFD = 0x1000;
    private static final int SIGCHLD = 17;
    private static final int POLLIN = 1;
    private static final int CLOSE_RANGE_CLOEXEC = 4;

    /** What a shell says of a program that it could not execute. */
    private static final int NOT_EXECUTED = 127;

    private final Calls calls;
    private final ProgramBuilder p;
    private final Alone alone;
    private final Hooks hooks;
    private final Cell hostRoot;

    HookText(Calls calls, Alone alone, Hooks hooks) {
        this.calls = calls;
        this.p = calls.program();
        this.alone = alone;
        this.hooks = hooks;
        this.hostRoot = p.cell("host root");
    }

    private boolean inHostRoot() {
        return !hooks.createContainer().isEmpty();
    }

    /** Before the root is mounted: keeps a copy of what the host's root shows. */
    void keepHostRoot() {
        if (inHostRoot()) {
            p.stage("host root for hooks");
            calls.openTree("/", true, hostRoot);
            calls.attributes(
                    "take it out of its peers",
                    hostRoot,
                    "",
                    Calls.AT_EMPTY_PATH | Calls.AT_RECURSIVE,
                    0,
                    0,
                    MountFlags.MS_PRIVATE);
        }
    }

    /**
     * Runs the hooks of {@code createContainer} when everything is mounted.
     *
     * @param at where the host's root has the container's
     */
    void runInHostRoot(Path at) {
        if (!inHostRoot()) {
            return;
        }
        shareMounts("share mounts with hooks", MountFlags.MS_SHARED);
        run("createContainer", hooks.createContainer(), alone.creating(), MonitorProtocol.CREATE_CONTAINER_HOOK, () -> {
            goToHostRoot(at);
        });
        shareMounts("share mounts no more", MountFlags.MS_PRIVATE);
        calls.close(hostRoot);
    }

    private void shareMounts(String label, int propagation) {
        p.call(label, Syscall.MOUNT, 0, "/", 0, MountFlags.MS_REC | propagation, 0);
    }

    /**
     * In a mount namespace of the hook's own: the host's root, in which the container's mounts lie where the bundle has its root. What is
     * mounted there is mounted in the container.
     */
    private void goToHostRoot(Path at) {
        Cell inside = p.cell("container's mounts");
        p.call("make a mount namespace for the hook", Syscall.UNSHARE, NamespaceKind.MOUNT.cloneFlag());
        calls.openTree("/", true, inside);
        shareMounts("tell the container nothing of what comes", MountFlags.MS_PRIVATE);
        p.call(
                "mount the host's root",
                Syscall.MOVE_MOUNT,
                hostRoot,
                "",
                Calls.AT_FDCWD,
                "/",
                MountFlags.MOVE_MOUNT_F_EMPTY_PATH);
        p.call("go to the host's root", Syscall.FCHDIR, hostRoot);
        p.call("see the host's root", Syscall.CHROOT, ".");
        calls.attach(inside, at.toString());
    }

    /** Runs the hooks of {@code startContainer}, right before the program. */
    void runInContainer() {
        run("startContainer", hooks.startContainer(), alone.created(), MonitorProtocol.START_CONTAINER_HOOK, () -> {});
    }

    private void run(String kind, List<Hooks.Hook> all, int state, int message, Runnable going) {
        p.stage(kind);
        for (int i = 0; i < all.size(); i++) {
            run("%s hook \"%s\"".formatted(kind, all.get(i).path()), all.get(i), state, message + i, going);
        }
    }

    private void run(String name, Hooks.Hook hook, int state, int message, Runnable going) {
        // the kernel writes an int: with the event behind it this is what ppoll(2) takes
        Block end = p.block("hook's end", 8).putShort(4, POLLIN);
        Cell child = p.cell("hook");
        Cell status = p.cell("hook's status");
        Label inChild = p.label("in the " + name);
        Label failed = p.label("failed: " + name);
        Label next = p.label("after the " + name);
        Block arguments = p.block("hook's clone", CLONE_ARGS)
                .putLong(0, CLONE_PIDFD)
                .putAddress(8, end)
                .putLong(32, SIGCHLD);
        p.call("clone the " + name, Syscall.CLONE3, arguments, CLONE_ARGS)
                .to(child)
                .ifZero(inChild);
        if (hook.timeout() != null) {
            Label inTime = p.label("in time: " + name);
            Block limit = p.block("hook's timeout", 16).putLong(0, hook.timeout());
            p.call("wait for the " + name, Syscall.PPOLL, end, 1, limit, 0, 0).ifPositive(inTime);
            p.call("end the " + name, Syscall.KILL, child, ProcessConstants.SIGKILL);
            p.at(inTime);
        }
        p.call("reap the " + name, Syscall.WAIT4, child, status.address(), 0, 0);
        // an int to close(2), which does not see the event
        calls.close(end.cell(0));
        // a step goes on by its result: this one's is the status
        p.call("look how the " + name + " ended", Syscall.LSEEK, state, status, SEEK_SET)
                .ifZero(next)
                .ifPositive(failed);
        p.at(inChild);
        going.run();
        inside(name, hook, state);
        p.at(failed);
        p.message("report the " + name, alone.status(), message, status);
        p.exit(ProgramBuilder.FAILED);
        p.at(next);
    }

    private void inside(String name, Hooks.Hook hook, int state) {
        p.call("hand the state to the " + name, Syscall.DUP3, state, 0, 0);
        p.call("rewind the state", Syscall.LSEEK, 0, 0, SEEK_SET);
        for (int fd = 1; fd <= 2; fd++) {
            p.call("keep what the " + name + " says", Syscall.DUP3, alone.hookOutput(), fd, 0);
        }
        p.call("close the rest on exec", Syscall.CLOSE_RANGE, 3, 0xffff_ffffL, CLOSE_RANGE_CLOEXEC);
        List<String> words = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
        Label notThere = p.label("cannot execute the " + name);
        p.call("execute the " + name, Syscall.EXECVE, hook.path(), p.strings(words), p.strings(hook.env()))
                .ifError(notThere);
        p.at(notThere);
        p.exit(NOT_EXECUTED);
    }
}
