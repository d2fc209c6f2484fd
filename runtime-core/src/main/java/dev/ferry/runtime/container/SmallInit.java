package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.ElfImage;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A program for process 1 of a container whose own program is not made for that: it starts the other one as its child, hands it the
 * signals that come, waits for whatever is left to it, and ends as the child did.
 *
 * <pre>
 *   block signals ─ clone ─┬─ own process group, the terminal's, signals as they were ... execve
 *                          └─ wait for a signal ◀───────────────┐
 *                               hand it to the child            │
 *                               SIGCHLD: the child has ended? ──┼─▶ exit with its code, or 128 and its signal
 *                                        wait4 the next other ──┘
 * </pre>
 *
 * <p>Like every program of ours it is a list of system calls, and it has its child's arguments and environment written into it. There is no
 * arithmetic in such a list; the sum of 128 and a signal is a position in a file. lseek(2)
 */
public final class SmallInit {

    /** Where the child does not begin because there is no such program, or it is none. */
    private static final int NOT_FOUND = 127;

    private static final int CANNOT_EXECUTE = 126;
    private static final int SIGNALLED = 128;

    private static final int SIG_SETMASK = 2;
    private static final int SIGCHLD = 17;
    private static final int SIGNAL_SET = 8;

    /** What a process is sent for its own mistakes is not held back. signal(7) */
    private static final List<Integer> OWN = List.of(4, 5, 6, 7, 8, 11, 31);

    /** SIGTTIN and SIGTTOU: held back, or taking the terminal would stop whoever takes it, and handed to nobody. */
    private static final List<Integer> TERMINAL = List.of(21, 22);

    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x8_0000;
    private static final short POLLIN = 1;
    private static final int POLLFD = 8;
    private static final int SIGNALFD_INFO = 128;
    private static final int TIOCSPGRP = 0x5410;

    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x0100_0000;
    private static final int SIGINFO = 128;

    /** si_code: 1 after an exit, more after a signal, 0 when there is nothing to tell. waitid(2) */
    private static final int SI_CODE = 8;

    private static final int SI_PID = 16;
    private static final int SI_STATUS = 24;

    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;

    /** What is open: all else was closed, so the kernel's choice is known. */
    private static final int STATUS_UNUSED = 2;

    private static final int OTHERS_FD = 3;
    private static final int ENDS_FD = 4;
    private static final int COUNTER_FD = 5;

    private final ProgramBuilder p = new ProgramBuilder("small init", STATUS_UNUSED);
    private final String path;
    private final Cell child = p.cell("child");
    private final Block before = p.block("signals before", SIGNAL_SET);

    private SmallInit(String path) {
        this.path = path;
    }

    /**
     * The executable file, for this machine.
     *
     * @param path where it will lie in the container
     * @param arguments of the child; the first is looked for in PATH if it has no slash
     * @param environment of the child
     */
    public static byte[] file(String path, List<String> arguments, List<String> environment) {
        return ElfImage.ofHost(program(path, arguments, environment));
    }

    /** What process 1 is to be executed as. */
    public static List<String> arguments(String path, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(path, "--"));
        all.addAll(arguments);
        return all;
    }

    static Program program(String path, List<String> arguments, List<String> environment) {
        SmallInit init = new SmallInit(path);
        Label inChild = init.begin();
        init.serve();
        init.p.at(inChild);
        init.execute(arguments, environment);
        return init.p.build();
    }

    private Label begin() {
        Label failed = p.label("failed");
        Label begins = p.label("begins");
        p.jump(begins);
        p.at(failed);
        p.exit(NOT_FOUND);
        p.at(begins);
        p.failTo(failed);
        tried(p.label("closed"), "close what is not the container's", Syscall.CLOSE_RANGE, OTHERS_FD, 0xffff_ffffL, 0);
        long end = set(List.of(SIGCHLD));
        Block all = p.block("signals", SIGNAL_SET).putLong(0, ~set(OWN));
        Block others = p.block("signals to hand on", SIGNAL_SET).putLong(0, ~(set(OWN) | set(TERMINAL) | end));
        Block ends = p.block("SIGCHLD", SIGNAL_SET).putLong(0, end);
        p.call("block signals", Syscall.RT_SIGPROCMASK, SIG_SETMASK, all, before, SIGNAL_SET);
        Label inChild = p.label("child");
        // not clone3: filters that cannot see into its arguments forbid it
        p.call("make the child", Syscall.CLONE, SIGCHLD, 0, 0, 0, 0).to(child).ifZero(inChild);
        tried(p.label("grouped"), "give the child its group", Syscall.SETPGID, child, child);
        p.call("watch for signals", Syscall.SIGNALFD4, -1, others, SIGNAL_SET, O_NONBLOCK | O_CLOEXEC);
        p.call("watch for ends", Syscall.SIGNALFD4, -1, ends, SIGNAL_SET, O_NONBLOCK | O_CLOEXEC);
        p.call("open a file to count with", Syscall.OPENAT, -100, path, O_CLOEXEC, 0);
        return inChild;
    }

    private static long set(List<Integer> signals) {
        return signals.stream().mapToLong(signal -> 1L << (signal - 1)).reduce(0, (a, b) -> a | b);
    }

    private void serve() {
        Block polled = p.block("polled", 2 * POLLFD)
                .putInt(0, OTHERS_FD)
                .putShort(4, POLLIN)
                .putInt(POLLFD, ENDS_FD)
                .putShort(POLLFD + 4, POLLIN);
        Block info = p.block("signal", SIGNALFD_INFO);
        Block next = p.block("somebody who has ended", SIGINFO);
        Block ended = p.block("the child's end", SIGINFO);
        Label wait = p.label("wait");
        Label forward = p.label("hand on");
        Label reap = p.label("reap");
        Label look = p.label("look");
        Label over = p.label("over");
        Label exited = p.label("exited");

        p.jump(look);
        p.at(wait);
        p.call("wait for a signal", Syscall.PPOLL, polled, 2, 0, 0, 0).tolerating(Errno.EINTR);
        p.at(forward);
        p.call("take a signal", Syscall.READ, OTHERS_FD, info, SIGNALFD_INFO)
                .tolerating(Errno.EAGAIN)
                .ifZero(reap);
        p.call("hand the signal on", Syscall.KILL, child, info.cell(0))
                .then(forward)
                .ifError(forward);
        p.at(reap);
        p.call("take a child's signal", Syscall.READ, ENDS_FD, info, SIGNALFD_INFO)
                .tolerating(Errno.EAGAIN);
        p.at(look);
        // who that is comes first: if it is the child, then the child has ended, and the next step sees it
        p.call("see who has ended", Syscall.WAITID, P_ALL, 0, next, WEXITED | WNOHANG | WNOWAIT, 0);
        p.call("see whether the child has", Syscall.WAITID, P_PID, child, ended, WEXITED | WNOHANG, 0);
        p.call("how did it end", Syscall.LSEEK, COUNTER_FD, ended.cell(SI_CODE), SEEK_SET)
                .ifPositive(over);
        // 0 for nobody is anybody of the own group, which the child has left
        p.call("let go of somebody else", Syscall.WAIT4, next.cell(SI_PID), 0, WNOHANG, 0)
                .ifPositive(look)
                .ifZero(wait)
                .ifError(wait);
        p.at(over);
        Cell code = p.cell("code");
        p.call("by itself", Syscall.LSEEK, COUNTER_FD, -1L, SEEK_CUR).ifZero(exited);
        p.call("count from 128", Syscall.LSEEK, COUNTER_FD, SIGNALLED, SEEK_SET);
        p.call("add the signal", Syscall.LSEEK, COUNTER_FD, ended.cell(SI_STATUS), SEEK_CUR)
                .to(code);
        p.call("exit like the child", Syscall.EXIT_GROUP, code);
        p.at(exited);
        p.call("exit with the child's code", Syscall.EXIT_GROUP, ended.cell(SI_STATUS));
    }

    private void execute(List<String> arguments, List<String> environment) {
        Cell self = p.cell("own number");
        p.call("learn the own number", Syscall.GETPID).to(self);
        tried(p.label("own group"), "lead a group", Syscall.SETPGID, 0, 0);
        // blocked SIGTTOU lets it pass; without a terminal there is nothing to take
        tried(p.label("foreground"), "take the terminal", Syscall.IOCTL, 0, TIOCSPGRP, self.address());
        p.call("take signals as before", Syscall.RT_SIGPROCMASK, SIG_SETMASK, before, 0, SIGNAL_SET);
        String name = arguments.getFirst();
        Block argv = p.strings(arguments);
        Block envp = p.strings(environment);
        Label denied = p.label("denied");
        for (String candidate : candidates(name, environment)) {
            Label missing = p.label("not " + candidate);
            p.call("execute " + candidate, Syscall.EXECVE, candidate, argv, envp)
                    .tolerating(Errno.EACCES)
                    .ifZero(denied)
                    .ifError(missing);
            p.at(missing);
        }
        say("exec: \"" + name + "\": executable file not found\n", NOT_FOUND);
        p.at(denied);
        say("exec: \"" + name + "\": permission denied\n", CANNOT_EXECUTE);
    }

    private void say(String text, int code) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        tried(p.label("said"), "say why", Syscall.WRITE, 2, p.block(text, bytes), bytes.length);
        p.exit(code);
    }

    private static List<String> candidates(String name, List<String> environment) {
        if (name.indexOf('/') >= 0) {
            return List.of(name);
        }
        String folders = environment.stream()
                .filter(variable -> variable.startsWith("PATH="))
                .reduce("PATH=", (first, second) -> second)
                .substring("PATH=".length());
        List<String> candidates = new ArrayList<>();
        for (String folder : folders.split(":", -1)) {
            candidates.add((folder.isEmpty() ? "." : folder) + "/" + name);
        }
        return candidates;
    }

    /** A step that may fail without harm. */
    private void tried(Label next, String label, Syscall call, Object... operands) {
        p.call(label, call, operands).ifError(next);
        p.at(next);
    }
}
