package dev.ferry.runtime.monitor;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.StepDraft;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The calls that the programs of this house are made of, each appended with a label that reads well in an error.
 *
 * <p>Thin on purpose: one method appends one step, or the few that always belong together. Where a method appends several, the
 * returned draft is the last.
 */
public final class Calls {
    public static final int AT_FDCWD = OpenFlags.AT_FDCWD;
    public static final int O_RDONLY = OpenFlags.O_RDONLY;
    public static final int O_WRONLY = OpenFlags.O_WRONLY;
    public static final int O_RDWR = OpenFlags.O_RDWR;
    public static final int O_CREAT = OpenFlags.O_CREAT;
    public static final int O_NOCTTY = OpenFlags.O_NOCTTY;
    public static final int O_NONBLOCK = OpenFlags.O_NONBLOCK;
    public static final int O_DIRECTORY = OpenFlags.O_DIRECTORY;
    public static final int O_NOFOLLOW = OpenFlags.O_NOFOLLOW;
    public static final int O_PATH = OpenFlags.O_PATH;
    public static final int O_CLOEXEC = OpenFlags.O_CLOEXEC;
    public static final int AT_EMPTY_PATH = OpenFlags.AT_EMPTY_PATH;
    public static final int AT_RECURSIVE = OpenFlags.AT_RECURSIVE;

    private static final int F_SETFL = 4;
    private static final int SIG_SETMASK = 2;
    private static final int KEYCTL_JOIN_SESSION_KEYRING = 1;

    private final ProgramBuilder program;
    private final Set<String> made = new LinkedHashSet<>();

    public Calls(ProgramBuilder program) {
        this.program = program;
    }

    /** The program that steps are appended to. */
    public ProgramBuilder program() {
        return program;
    }

    public StepDraft open(String path, int flags, Cell into) {
        return program.call("open \"" + path + "\"", Syscall.OPENAT, AT_FDCWD, path, flags | O_CLOEXEC, 0)
                .to(into);
    }

    public StepDraft close(Object fd) {
        return program.call("close " + fd, Syscall.CLOSE, fd);
    }

    public StepDraft close(MonitorFd fd) {
        return program.call("close " + fd, Syscall.CLOSE, fd.number());
    }

    /** Closes all descriptors from one number to another, both included. close_range(2) */
    public StepDraft closeFrom(int first, long last) {
        return program.call("close descriptors from " + first, Syscall.CLOSE_RANGE, first, last, 0);
    }

    /** Puts a descriptor at a fixed number, close-on-exec, and closes where it was. */
    public StepDraft park(Cell from, MonitorFd at) {
        program.call("park " + at, Syscall.DUP3, from, at.number(), O_CLOEXEC);
        return program.call("close the spare of " + at, Syscall.CLOSE, from);
    }

    /** Makes a descriptor of the table a standard descriptor of the program to come. */
    public StepDraft standard(MonitorFd from, int at) {
        return program.call("make " + from + " descriptor " + at, Syscall.DUP3, from.number(), at, 0);
    }

    /** Makes reads or writes of a descriptor return instead of wait. */
    public StepDraft nonBlocking(MonitorFd fd, int access) {
        return program.call("do not block on " + fd, Syscall.FCNTL, fd.number(), F_SETFL, access | O_NONBLOCK);
    }

    /** Unblocks every signal: the monitor's mask must not reach programs. */
    public StepDraft clearSignalMask() {
        Block none = program.block("no signals", 8);
        return program.call("unblock signals", Syscall.RT_SIGPROCMASK, SIG_SETMASK, none.address(0), 0, 8);
    }

    /** Leaves the session keyring that came down from the engine. keyctl(2); ENOSYS where keyrings are not built in. */
    public StepDraft ownKeyring() {
        return program.call("join a session keyring", Syscall.KEYCTL, KEYCTL_JOIN_SESSION_KEYRING, 0)
                .tolerating(Errno.ENOSYS);
    }

    public StepDraft prctl(String label, int option, long argument) {
        return program.call(label, Syscall.PRCTL, option, argument, 0, 0, 0);
    }

    /** Makes every mount of a fresh mount namespace private, so that nothing done here reaches the host, and back. */
    public StepDraft privateMounts() {
        return program.call(
                "make mounts private", Syscall.MOUNT, 0, "/", 0, MountFlags.MS_REC | MountFlags.MS_PRIVATE, 0);
    }

    /** Has every mount hear of the host's, and the host of none of ours. */
    public StepDraft slaveMounts() {
        return program.call("make mounts slaves", Syscall.MOUNT, 0, "/", 0, MountFlags.MS_REC | MountFlags.MS_SLAVE, 0);
    }

    public StepDraft mount(String source, String target, String type, long flags, String data) {
        forgetBelow(target);
        return program.call(
                "mount \"" + type + "\" at \"" + target + "\"",
                Syscall.MOUNT,
                source,
                target,
                type,
                flags,
                data.isEmpty() ? 0L : data);
    }

    public StepDraft bind(String source, String target, long flags) {
        forgetBelow(target);
        return program.call(
                "bind \"" + source + "\" at \"" + target + "\"",
                Syscall.MOUNT,
                source,
                target,
                0,
                MountFlags.MS_BIND | flags,
                0);
    }

    /** A detached copy of a mount or of a directory in one; survives pivot_root. open_tree(2) */
    public StepDraft openTree(String path, boolean recursive, Cell into) {
        return program.call(
                        "open mount \"" + path + "\"",
                        Syscall.OPEN_TREE,
                        AT_FDCWD,
                        path,
                        MountFlags.OPEN_TREE_CLONE | O_CLOEXEC | (recursive ? AT_RECURSIVE : 0))
                .to(into);
    }

    /** Attaches a detached mount, and closes its descriptor. move_mount(2) */
    public StepDraft attach(Cell tree, String target) {
        move(tree, target);
        return close(tree);
    }

    /** Attaches a detached mount; links in the target's path lead where they lead inside of the root. move_mount(2) */
    public StepDraft move(Cell tree, String target) {
        forgetBelow(target);
        return program.call(
                "mount at \"" + target + "\"",
                Syscall.MOVE_MOUNT,
                tree,
                "",
                AT_FDCWD,
                target,
                MountFlags.MOVE_MOUNT_F_EMPTY_PATH | MountFlags.MOVE_MOUNT_T_SYMLINKS);
    }

    /** Makes a mount read-only and leaves its other flags as they are. mount_setattr(2) */
    public StepDraft readOnly(String target) {
        return attributes("make \"" + target + "\" read-only", AT_FDCWD, target, 0, MountFlags.MOUNT_ATTR_RDONLY, 0, 0);
    }

    /** Sets and clears flags (MOUNT_ATTR_*) of a mount and sets its propagation (MS_SHARED and so on, 0 to leave it). */
    public StepDraft attributes(
            String label, Object directory, String path, int at, long set, long clear, long propagation) {
        Block attributes = program.block("mount attributes", 32)
                .putLong(0, set)
                .putLong(8, clear)
                .putLong(16, propagation);
        return program.call(label, Syscall.MOUNT_SETATTR, directory, path, at, attributes.address(0), 32);
    }

    /** Gives a detached mount, and perhaps those below it, the ids of a user namespace. mount_setattr(2), MOUNT_ATTR_IDMAP */
    public StepDraft mapIds(String label, Cell tree, boolean below, int userNamespace) {
        Block attributes = program.block("mount attributes", 32)
                .putLong(0, MountFlags.MOUNT_ATTR_IDMAP)
                .putLong(24, userNamespace);
        int at = AT_EMPTY_PATH | (below ? AT_RECURSIVE : 0);
        return program.call(label, Syscall.MOUNT_SETATTR, tree, "", at, attributes.address(0), 32);
    }

    /**
     * Changes into a directory that becomes the root, and lets go of the old one, which lies on top of it until then: a path that comes back to
     * the root by way of {@code ..} would be led on into it. pivot_root(2), "pivot_root(".", ".")"
     */
    public StepDraft pivotInto(String directory) {
        program.call("change to the root \"" + directory + "\"", Syscall.CHDIR, directory);
        made.clear();
        program.call("make it the root", Syscall.PIVOT_ROOT, ".", ".");
        program.call("detach the old root", Syscall.UMOUNT2, ".", MountFlags.MNT_DETACH);
        return program.call("change to the root", Syscall.CHDIR, "/");
    }

    /**
     * The same where pivot_root(2) cannot be had: the directory's mount goes on top of the root. What shows the kernel goes before it, or somebody who
     * gets out would find it without its masks.
     */
    public StepDraft moveInto(String directory) {
        made.clear();
        for (String kernels : new String[] {"/proc", "/sys"}) {
            // EINVAL: no mount, or one that a user namespace has locked
            program.call("detach the host's " + kernels, Syscall.UMOUNT2, kernels, MountFlags.MNT_DETACH)
                    .tolerating(Errno.EINVAL);
        }
        program.call("change to the root \"" + directory + "\"", Syscall.CHDIR, directory);
        program.call("move it onto the root", Syscall.MOUNT, directory, "/", 0, MountFlags.MS_MOVE, 0);
        program.call("make it the root", Syscall.CHROOT, ".");
        return program.call("change to the root", Syscall.CHDIR, "/");
    }

    /** Makes a directory and those above it where they are missing. */
    public void directories(String path) {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            directory(path.substring(0, slash));
        }
        if (path.length() > 1) {
            directory(path);
        }
    }

    /** Makes an empty file, and the directories above it, where they are missing. */
    public void file(String path) {
        directories(path.substring(0, Math.max(1, path.lastIndexOf('/'))));
        Cell file = program.cell("file");
        program.call("create \"" + path + "\"", Syscall.OPENAT, AT_FDCWD, path, O_CREAT | O_NONBLOCK | O_CLOEXEC, 0644)
                .to(file);
        close(file);
    }

    public StepDraft link(String target, String path) {
        return program.call("link \"" + path + "\"", Syscall.SYMLINKAT, target, AT_FDCWD, path)
                .tolerating(Errno.EEXIST);
    }

    /** Writes a text into a file of the kernel. */
    public StepDraft writeFile(String path, String text, Errno tolerated) {
        Cell file = program.cell("file");
        Label after = program.label("after \"" + path + "\"");
        open(path, O_WRONLY, file).tolerating(tolerated).ifZero(after);
        // descriptor 0 is taken, so an open file is never zero
        program.call("write \"" + text + "\" to \"" + path + "\"", Syscall.WRITE, file, text, bytes(text))
                .tolerating(tolerated);
        StepDraft last = close(file);
        program.at(after);
        return last;
    }

    /** Length of a text in the kernel's eyes. */
    public static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private void directory(String path) {
        if (made.add(path)) {
            program.call("make directory \"" + path + "\"", Syscall.MKDIRAT, AT_FDCWD, path, 0755)
                    .tolerating(Errno.EEXIST);
        }
    }

    /** What was made below a place is hidden once something is mounted there. */
    private void forgetBelow(String target) {
        made.removeIf(path -> path.startsWith(target + "/"));
    }
}
