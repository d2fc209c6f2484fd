package dev.ferry.runtime.container;

import dev.ferry.runtime.capability.Capability;
import dev.ferry.runtime.capability.CapabilitySet;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.ResourceLimits;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.ProcessCapabilities;
import dev.ferry.runtime.oci.User;
import dev.ferry.runtime.seccomp.SeccompFilter;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.StepDraft;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes what init and an added process have in common: session and standard descriptors at the beginning; limits, ids and
 * rights, the gate, the filter and the program at the end.
 */
final class ProcessText {
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_THP_DISABLE = 41;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int CAPABILITY_VERSION_3 = 0x2008_0522;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final int DEFAULT_UMASK = 0022;
    private static final int PATH_MAX = 4096;
    private static final int TIOCSPTLCK = 0x4004_5431;
    private static final int TIOCGPTPEER = 0x5441;
    private static final int TIOCSWINSZ = 0x5414;
    private static final int TIOCSCTTY = 0x540e;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    /** In the order of their numbers. getrlimit(2) */
    private static final List<String> RESOURCES = List.of(
            "RLIMIT_CPU",
            "RLIMIT_FSIZE",
            "RLIMIT_DATA",
            "RLIMIT_STACK",
            "RLIMIT_CORE",
            "RLIMIT_RSS",
            "RLIMIT_NPROC",
            "RLIMIT_NOFILE",
            "RLIMIT_MEMLOCK",
            "RLIMIT_AS",
            "RLIMIT_LOCKS",
            "RLIMIT_SIGPENDING",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME");

    private final Calls calls;
    private final ProgramBuilder p;
    private final Process process;
    private final Optional<SeccompFilter> filter;
    private final ResourceLimits limits;
    private final Surroundings surroundings;
    private final LabelText labels;
    private boolean ownKeyring = true;

    ProcessText(
            Calls calls,
            Process process,
            Optional<SeccompFilter> filter,
            ResourceLimits limits,
            Surroundings surroundings) {
        this.calls = calls;
        this.p = calls.program();
        this.process = process;
        this.filter = filter;
        this.limits = limits;
        this.surroundings = surroundings;
        this.labels = new LabelText(calls, process);
    }

    /** Leads a session with clean signals, takes its standard descriptors and lets go of the monitor's. */
    void begin() {
        p.stage("session");
        calls.clearSignalMask();
        p.call("lead a session", Syscall.SETSID);
        if (ownKeyring) {
            calls.ownKeyring();
        }
        p.call("take no rights from new files", Syscall.UMASK, 0);
        surroundings.takeStandards(calls, process.terminal());
        labels.open();
    }

    /** Keys of whoever called stay within reach. */
    void keepKeyring() {
        ownKeyring = false;
    }

    /** See {@link LabelText#keepHostProc}. */
    void keepHostProc() {
        labels.keepHostProc();
    }

    /**
     * Inside the container's file systems: input from its own {@code /dev/null} where there is none to keep (the host's would tie
     * the container to a mount that it cannot see), or the terminal.
     *
     * @param console whether the terminal is also the container's console
     */
    void openStandards(boolean console) {
        if (process.terminal()) {
            terminal(console);
        } else {
            surroundings.reopenNothing(calls);
        }
        long uid = process.user().uid();
        if (uid != 0) {
            // /dev/stdout and its like are opened anew through /proc, which asks the pipe's owner
            for (int fd = 0; fd <= 2; fd++) {
                if (surroundings.isUsers(fd, process.terminal())) {
                    p.call("own descriptor " + fd, Syscall.FCHOWN, fd, uid, -1).tolerating(Errno.EPERM);
                }
            }
        }
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** Rights, gate, filter, program: the rest of the process's steps. */
    void end() {
        p.stage("rights");
        for (Process.Rlimit limit : process.rlimits()) {
            ResourceLimits.Limit settable =
                    limits.clamp(limit.type(), new ResourceLimits.Limit(limit.soft(), limit.hard()));
            Block values = p.block(limit.type(), 16).putLong(0, settable.soft()).putLong(8, settable.hard());
            p.call("set " + limit.type(), Syscall.PRLIMIT64, 0, resource(limit.type()), values, 0);
        }
        changeDirectory();
        labels.apply();
        // Without no_new_privs only CAP_SYS_ADMIN may load a filter, so it must come before the rights go; with it,
        // last
        boolean filterLast = process.noNewPrivileges() || filter.isEmpty();
        if (filterLast) {
            dropRights();
        }
        p.call(
                "close the rest on exec",
                Syscall.CLOSE_RANGE,
                surroundings.firstOwn(),
                0xffff_ffffL,
                CLOSE_RANGE_CLOEXEC);
        if (surroundings.looksForProgram()) {
            findProgram();
        }
        p.stage("gate");
        surroundings.awaitGate(calls);
        p.stage("seccomp");
        filter.ifPresent(this::loadFilter);
        if (!filterLast) {
            dropRights();
        }
        p.stage("exec");
        p.writeStamps(surroundings.status());
        execute();
    }

    /**
     * Into the working directory, and nowhere else: a path below {@code /proc/self/fd} may lead out of the root (CVE-2024-21626). The kernel
     * then calls it {@code (unreachable)/...}, which is no absolute path, and any other is refused with a directory that is none. getcwd(3)
     */
    private void changeDirectory() {
        String cwd = process.cwd();
        p.call("change to working directory \"" + cwd + "\"", Syscall.CHDIR, cwd);
        Block path = p.block("working directory", PATH_MAX);
        Cell found = p.cell("working directory");
        p.call("ask for the working directory", Syscall.GETCWD, path, path.size());
        p.call(
                        "find working directory \"" + cwd + "\" inside of the container's root",
                        Syscall.OPENAT,
                        -1,
                        path,
                        Calls.O_PATH | Calls.O_DIRECTORY | Calls.O_CLOEXEC,
                        0)
                .to(found);
        calls.close(found);
    }

    void disableHugePages() {
        p.call("disable transparent huge pages", Syscall.PRCTL, PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }

    private void dropRights() {
        @Nullable ProcessCapabilities sets = process.capabilities();
        User user = process.user();
        if (sets != null) {
            CapabilitySet bounding = CapabilitySet.of(sets.bounding());
            for (Capability capability : Capability.values()) {
                if (!bounding.contains(capability)) {
                    // EINVAL: an older kernel that does not have this one
                    p.call("drop " + capability.text(), Syscall.PRCTL, PR_CAPBSET_DROP, capability.number(), 0, 0, 0)
                            .tolerating(Errno.EINVAL);
                }
            }
        }
        List<Long> groups = user.additionalGids();
        Block list = p.block("groups", Math.max(1, groups.size()) * Integer.BYTES);
        for (int i = 0; i < groups.size(); i++) {
            list.putInt(i * Integer.BYTES, (int) groups.get(i).longValue());
        }
        p.call("set groups", Syscall.SETGROUPS, groups.size(), list);
        p.call("set group " + user.gid(), Syscall.SETRESGID, user.gid(), user.gid(), user.gid());
        boolean keep = user.uid() != 0 && sets != null && !sets.permitted().isEmpty();
        if (keep) {
            calls.prctl("keep capabilities", PR_SET_KEEPCAPS, 1);
        }
        p.call("set user " + user.uid(), Syscall.SETRESUID, user.uid(), user.uid(), user.uid());
        if (sets != null) {
            setCapabilities(sets);
        }
        p.call("set umask", Syscall.UMASK, user.umask() == null ? DEFAULT_UMASK : user.umask());
        if (process.noNewPrivileges()) {
            p.call("give up new privileges", Syscall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        }
    }

    private void setCapabilities(ProcessCapabilities sets) {
        Block header = p.block("capability header", 8).putInt(0, CAPABILITY_VERSION_3);
        Block bits = p.block("capabilities", 24);
        List<List<String>> ordered = List.of(sets.effective(), sets.permitted(), sets.inheritable());
        for (int i = 0; i < ordered.size(); i++) {
            long set = CapabilitySet.of(ordered.get(i)).bits();
            bits.putInt(i * 4, (int) set).putInt(12 + i * 4, (int) (set >>> 32));
        }
        p.call("set capabilities", Syscall.CAPSET, header, bits);
        for (String name : sets.ambient()) {
            Capability capability = Capability.of(name);
            p.call(
                    "raise " + capability.text(),
                    Syscall.PRCTL,
                    PR_CAP_AMBIENT,
                    PR_CAP_AMBIENT_RAISE,
                    capability.number(),
                    0,
                    0);
        }
    }

    private void loadFilter(SeccompFilter compiled) {
        Block instructions = p.block("filter", compiled.program());
        Block program = p.block("filter program", 16)
                .putShort(0, compiled.instructions())
                .putAddress(8, instructions);
        if (compiled.hasListener()) {
            surroundings.handOverListener(calls, () -> load(compiled, program));
        } else {
            load(compiled, program);
        }
    }

    private StepDraft load(SeccompFilter compiled, Block program) {
        return p.call("load the filter", Syscall.SECCOMP, SECCOMP_SET_MODE_FILTER, compiled.flags(), program);
    }

    /** Whether it may be executed shows when it is; that there is none can be told before. */
    private void findProgram() {
        p.stage("program");
        String name = process.args().getFirst();
        List<String> candidates = name.indexOf('/') >= 0
                ? List.of(name)
                : path().stream().map(folder -> candidate(folder, name)).toList();
        Label found = p.label("program found");
        Cell file = p.cell("program");
        for (String candidate : candidates) {
            Label next = p.label("not \"" + candidate + "\"");
            calls.open(candidate, Calls.O_PATH, file).ifPositive(found).ifError(next);
            p.at(next);
        }
        p.call("find \"" + name + "\"", Syscall.EXECVE, name.indexOf('/') >= 0 ? name : "", 0, 0);
        p.at(found);
        calls.close(file);
    }

    private static String candidate(String folder, String name) {
        return (folder.isEmpty() ? "." : folder) + "/" + name;
    }

    private void execute() {
        String name = process.args().getFirst();
        Block arguments = p.strings(process.args());
        Block environment = p.strings(process.env());
        if (name.indexOf('/') >= 0) {
            p.call("execute \"" + name + "\"", Syscall.EXECVE, name, arguments, environment);
            return;
        }
        List<String> candidates = new ArrayList<>();
        for (String folder : path()) {
            candidates.add(candidate(folder, name));
        }
        List<Label> fresh = labels("candidate", candidates.size());
        List<Label> refused = labels("candidate after a refusal", candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
            if (i > 0) {
                p.at(fresh.get(i - 1));
            }
            attempt(candidates.get(i), arguments, environment, fresh.get(i), refused.get(i));
        }
        for (int i = 1; i < candidates.size(); i++) {
            p.at(refused.get(i - 1));
            attempt(candidates.get(i), arguments, environment, refused.get(i), refused.get(i));
        }
        if (!candidates.isEmpty()) {
            p.at(fresh.getLast());
        }
        // nowhere: a path that cannot exist gives the error that says so
        p.call("execute \"" + name + "\"", Syscall.EXECVE, "", arguments, environment);
        if (!candidates.isEmpty()) {
            p.at(refused.getLast());
            // somewhere, but not for us: a directory gives that error
            p.call("execute \"" + name + "\"", Syscall.EXECVE, "/", arguments, environment);
        }
    }

    /** As execvp(3): a missing or forbidden candidate does not end the search, but the last word is "forbidden" if one was. */
    private void attempt(String candidate, Block arguments, Block environment, Label missing, Label refused) {
        Label noDirectory = p.label("not a directory?");
        Label forbidden = p.label("forbidden?");
        String label = "execute \"" + candidate + "\"";
        p.call(label, Syscall.EXECVE, candidate, arguments, environment)
                .tolerating(Errno.ENOENT)
                .ifZero(missing)
                .ifError(noDirectory);
        p.at(noDirectory);
        p.call(label, Syscall.EXECVE, candidate, arguments, environment)
                .tolerating(Errno.ENOTDIR)
                .ifZero(missing)
                .ifError(forbidden);
        p.at(forbidden);
        p.call(label, Syscall.EXECVE, candidate, arguments, environment)
                .tolerating(Errno.EACCES)
                .ifZero(refused);
    }

    private List<Label> labels(String name, int count) {
        var labels = new ArrayList<Label>();
        for (int i = 1; i <= count; i++) {
            labels.add(p.label(name + " " + i));
        }
        return labels;
    }

    private static int resource(String name) {
        int number = RESOURCES.indexOf(name);
        if (number < 0) {
            throw new IllegalArgumentException(
                    "process.rlimits has \"%s\", which Linux does not have; use one of %s".formatted(name, RESOURCES));
        }
        return number;
    }

    private List<String> path() {
        return process.env().stream()
                .filter(variable -> variable.startsWith("PATH="))
                .reduce((first, second) -> second)
                .map(variable -> List.of(variable.substring("PATH=".length()).split(":", -1)))
                .orElse(List.of());
    }

    /**
     * Makes a terminal in the container's own devpts and hands its master to the monitor. The master's descriptor lies in the
     * control message by itself: it is the result of the step that opens it.
     */
    private void terminal(boolean isConsole) {
        p.stage("terminal");
        Block control = p.block("terminal message", 24)
                .putLong(0, 20)
                .putInt(8, SOL_SOCKET)
                .putInt(12, SCM_RIGHTS);
        Cell master = control.cell(16);
        Cell user = p.cell("terminal");
        calls.open("/dev/pts/ptmx", Calls.O_RDWR | Calls.O_NOCTTY | Calls.O_NONBLOCK, master);
        Block unlocked = p.block("unlocked", 8);
        p.call("unlock the terminal", Syscall.IOCTL, master, TIOCSPTLCK, unlocked);
        p.call("open the terminal", Syscall.IOCTL, master, TIOCGPTPEER, Calls.O_RDWR | Calls.O_NOCTTY)
                .to(user);
        Process.@Nullable ConsoleSize size = process.consoleSize();
        if (size != null) {
            Block window = p.block("window size", 8).putShort(0, size.height()).putShort(2, size.width());
            p.call("size the terminal", Syscall.IOCTL, master, TIOCSWINSZ, window);
        }
        if (isConsole) {
            console(user);
        }
        p.call("control the terminal", Syscall.IOCTL, user, TIOCSCTTY, 0);
        for (int fd = 0; fd <= 2; fd++) {
            p.call("make the terminal descriptor " + fd, Syscall.DUP3, user, fd, 0);
        }
        calls.close(user);
        Block vector = p.block("terminal byte", 24);
        vector.putAddress(0, vector.address(16)).putLong(8, 1);
        Block header = p.block("terminal header", 56)
                .putAddress(16, vector)
                .putLong(24, 1)
                .putAddress(32, control)
                .putLong(40, control.size());
        p.call("hand the terminal to the monitor", Syscall.SENDMSG, surroundings.terminalSocket(), header, 0);
        calls.close(master);
        surroundings.closeTerminalSocket(calls);
    }

    /** The very terminal that was opened, whatever its name leads to, at a console that is no link (CVE-2025-52565). */
    private void console(Cell terminal) {
        Cell file = p.cell("console");
        Cell tree = p.cell("console's mount");
        p.call(
                        "create \"/dev/console\"",
                        Syscall.OPENAT,
                        Calls.AT_FDCWD,
                        "/dev/console",
                        Calls.O_CREAT | Calls.O_NOFOLLOW | Calls.O_NONBLOCK | Calls.O_NOCTTY | Calls.O_CLOEXEC,
                        0644)
                .to(file);
        calls.close(file);
        p.call(
                        "open the terminal's mount",
                        Syscall.OPEN_TREE,
                        terminal,
                        "",
                        MountFlags.OPEN_TREE_CLONE | Calls.O_CLOEXEC | Calls.AT_EMPTY_PATH)
                .to(tree);
        p.call(
                "mount the terminal at \"/dev/console\"",
                Syscall.MOVE_MOUNT,
                tree,
                "",
                Calls.AT_FDCWD,
                "/dev/console",
                MountFlags.MOVE_MOUNT_F_EMPTY_PATH);
        calls.close(tree);
    }
}
