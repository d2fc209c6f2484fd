package dev.ferry.runtime.monitor;

import static dev.ferry.runtime.monitor.Calls.O_CLOEXEC;
import static dev.ferry.runtime.monitor.Calls.O_RDONLY;
import static dev.ferry.runtime.monitor.Calls.O_RDWR;
import static dev.ferry.runtime.monitor.Calls.O_WRONLY;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.StepDraft;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a monitor's program around the program of its child.
 *
 * <pre>
 *   own keyring, no signals, pipes ─ clone3 ─┬─ child's steps ... execve
 *                                            └─ report pid, let go of the child's descriptors
 *     ┌──────────────────────────────────────────┘
 *     ▼
 *   wait for output, SIGCHLD or a control byte ◀──┐
 *     frame what there is of stdout and stderr    │
 *     wait4(WNOHANG): still running ──────────────┘
 *     ended: drain the pipes, write the exit record, exit
 * </pre>
 *
 * <p>Around another OCI runtime there is a gate in between, see {@link Foreign}:
 *
 * <pre>
 *   clone3 ─┬─ create ... execve                         clone3 ─┬─ start ... execve
 *           └─ wait4, report how it ended ─ gate ─ init's number ┴─ carry output, report how it ended ─ wait for init
 *                                             └─ end of file: delete ... execve
 * </pre>
 *
 * <p>The monitor's own failure ends the child (an output that nobody reads would block it for ever) and goes into the exit
 * record, because the status pipe is closed as soon as the child's process id is reported.
 */
public final class MonitorText {
    private static final long SIGCHLD = 17;
    private static final int SIG_SETMASK = 2;
    private static final int PR_SET_NAME = 15;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int CLOCK_REALTIME = 0;
    private static final short POLLIN = 1;
    private static final int WALL = 0x4000_0000;
    private static final int WNOHANG_WALL = 1 | WALL;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
    private static final int SIGKILL = 9;
    private static final long CLONE_PIDFD = 0x1000;
    private static final long CLONE_PARENT = 0x8000;
    private static final long CLONE_INTO_CGROUP = 0x2_0000_0000L;
    private static final int CLONE_ARGS = 88;

    /** To wait4: any child. */
    private static final Long NEXT = -1L;

    private static final int OUT = 0;
    private static final int ERR = 1;
    private static final int SIGNALS = 2;
    private static final int CONTROL = 3;
    private static final int POLLFD = 8;
    private static final int EFD_SEMAPHORE = 1;

    /** Two pipes of 1 MiB, which is what fs.pipe-max-size allows unless it was raised, in reads of a full buffer, and some more. */
    private static final int DRAINING_READS = 160;

    /** Where the length lies behind the two vectors of a frame: the last word of the second, and the first of the header. */
    private static final int FRAME_LENGTH = 24;

    /** What the monitor's first child is. */
    public enum Kind {
        /** The container's init. */
        START,
        /** A process that makes the container's further process as a sibling of its own, names it, and ends. */
        EXEC,
        /** CRIU, which makes the container's init as a sibling of its own and ends. */
        RESTORE,
        /** Another OCI runtime that creates a container; init becomes the monitor's child when the runtime ends. */
        FOREIGN_START,
        /** The same that adds a process to a container. */
        FOREIGN_EXEC;

        boolean isForeign() {
            return this == FOREIGN_START || this == FOREIGN_EXEC;
        }
    }

    /**
     * What else a monitor of {@link Kind#FOREIGN_START} does with the runtime; both end in execve or exit. The gate is the monitor's: one number of
     * 64 bits, init's, and it has the container started, whatever becomes of the engine from then on; end of file, and it becomes the
     * runtime that deletes the container, so that nothing waits for a start that nobody will ask for.
     *
     * @param start appends the steps of the child that starts what was created
     * @param delete appends the steps by which the monitor becomes the one that deletes it
     */
    public record Foreign(Consumer<Calls> start, Consumer<Calls> delete) {
        /** For monitors that have nothing to do with one. */
        static final Foreign NONE = new Foreign(Foreign::nothing, Foreign::nothing);

        private static void nothing(Calls calls) {
            calls.program().exit(ProgramBuilder.FAILED);
        }
    }

    /**
     * What differs between monitors.
     *
     * @param name of the program, for listings and texts
     * @param kind what the first child is
     * @param cloneFlags namespaces of the child, CLONE_NEW*
     * @param intoCgroup whether the child is born inside the cgroup at {@link MonitorFd#CGROUP}
     * @param terminal whether there is a terminal instead of pipes; its master comes at {@link MonitorFd#TTY_SOCKET}, from the
     *     child or, where that is a program of others, from the engine
     * @param keepStdin whether to make an input pipe
     * @param given which descriptors of the table the engine places
     * @param profiled whether to take the time of stages
     */
    public record Shape(
            String name,
            Kind kind,
            long cloneFlags,
            boolean intoCgroup,
            boolean terminal,
            boolean keepStdin,
            Set<MonitorFd> given,
            boolean profiled) {
        public Shape {
            given = Set.copyOf(given);
        }

        boolean inputPipe() {
            return keepStdin && !terminal;
        }

        boolean masterFromChild() {
            return terminal && (kind == Kind.START || kind == Kind.EXEC);
        }
    }

    /**
     * Where a monitor lives, if not in its starter's cgroups: whoever ends everything in those, a service manager that stops the engine,
     * must not end the monitor and with it the container.
     *
     * @param birthplace whether a directory of the unified hierarchy is placed at {@link MonitorFd#BIRTHPLACE}. Moving there would take
     *     {@code cgroup.procs}, whose writer waits 5 to 46 ms for a grace period and lets nobody on the host fork, exec or exit
     *     meanwhile, the child of this very monitor first of all; so the monitor goes on as a process that is born there
     * @param entries files of the other hierarchies; writing {@code 0} into each costs next to nothing
     */
    public record Home(boolean birthplace, List<Path> entries) {
        /** The starter's cgroups. */
        public static final Home NONE = new Home(false, List.of());

        public Home {
            entries = List.copyOf(entries);
        }
    }

    private final Shape shape;
    private final ProgramBuilder p;
    private final Calls calls;
    private final Block record;
    private final Block polled;
    private final Block buffer;
    private final Block moment;
    private final @Nullable Block[] frames = new Block[2];
    private final Cell child;
    private final Cell childFd;
    private final Cell reads;
    private final Cell init;
    private final @Nullable Turns turns;

    /** Where the steps of {@link Foreign} begin. */
    private record Turns(Label start, Label delete) {}

    private MonitorText(Shape shape) {
        this.shape = shape;
        this.p = new ProgramBuilder(shape.name(), MonitorFd.STATUS.number(), shape.profiled());
        this.calls = new Calls(p);
        this.record = p.block("record", RecordLayout.BYTES).putLong(0, RecordLayout.ENDED);
        this.polled = p.block("polled", 4 * POLLFD);
        this.buffer = p.block("buffer", LogFrames.MAX_PAYLOAD);
        this.moment = p.block("moment", 16).putLong(8, 100_000_000);
        this.child = p.cell("child");
        this.childFd = p.cell("child's pidfd");
        this.reads = p.cell("reads");
        this.init = shape.kind().isForeign() ? p.cell("init", NEXT) : child;
        this.turns = shape.kind() == Kind.FOREIGN_START ? new Turns(p.label("starter"), p.label("abandoned")) : null;
    }

    /**
     * The whole program.
     *
     * @param childSteps appends the child's steps, which end in execve or exit; they begin with all signals blocked and all
     *     descriptors of the table open
     */
    public static Program write(Shape shape, Consumer<Calls> childSteps) {
        return write(shape, Home.NONE, childSteps);
    }

    /** The whole program of a monitor that lives at {@code home}; where it cannot get there, it stays in its starter's cgroup. */
    public static Program write(Shape shape, Home home, Consumer<Calls> childSteps) {
        return write(shape, home, childSteps, Foreign.NONE);
    }

    /** The same around another OCI runtime. */
    public static Program write(Shape shape, Home home, Consumer<Calls> childSteps, Foreign foreign) {
        var text = new MonitorText(shape);
        if (home.birthplace()) {
            text.beBorn();
        }
        text.settle();
        text.makeChannels();
        Label childLabel = text.cloneChild();
        Label failed = text.p.label("monitor failed");
        text.p.failTo(failed);
        text.letGo();
        if (shape.kind().isForeign()) {
            text.awaitRuntime();
        }
        if (shape.terminal()) {
            text.receiveMaster();
        }
        if (shape.kind().isForeign()) {
            text.awaitGate();
        }
        if (text.turns != null) {
            text.cloneStarter(text.turns.start());
        }
        text.moveTo(home.entries());
        text.watch();
        text.p.at(failed);
        text.recordFailure();
        text.p.failTo(text.p.reportFailure());
        text.p.at(childLabel);
        childSteps.accept(text.calls);
        if (text.turns != null) {
            text.p.at(text.turns.start());
            foreign.start().accept(text.calls);
            text.p.at(text.turns.delete());
            foreign.delete().accept(text.calls);
        }
        return text.p.build();
    }

    /** Goes on as a sibling in the unified cgroup; the first process tells who that is and ends. */
    private void beBorn() {
        p.stage("birth");
        Block arguments = p.block("birth arguments", CLONE_ARGS)
                .putLong(0, CLONE_PARENT | CLONE_INTO_CGROUP)
                .putLong(80, MonitorFd.BIRTHPLACE);
        Cell sibling = p.cell("sibling");
        Label born = p.label("born");
        Label told = p.label("told");
        Label stays = p.label("stays");
        p.call("be born in the monitors' cgroup", Syscall.CLONE3, arguments, CLONE_ARGS)
                .to(sibling)
                .ifZero(born)
                .ifError(stays);
        p.message("tell who goes on", MonitorFd.STATUS.number(), MonitorProtocol.BORN, sibling);
        p.exit(0);
        p.at(stays);
        p.message("tell that nobody else does", MonitorFd.STATUS.number(), MonitorProtocol.BORN, p.cell("nobody"));
        p.jump(told);
        p.at(born);
        p.call("lead a session", Syscall.SETSID);
        p.at(told);
    }

    /** Becomes a process of its own: nothing inherited that could hold, harm or tell about the engine. */
    private void settle() {
        p.stage("monitor");
        // Occupies every number of the table that is not placed, so that the kernel chooses only higher ones
        for (MonitorFd fd : EnumSet.allOf(MonitorFd.class)) {
            if (!shape.given().contains(fd)) {
                p.call("occupy " + fd, Syscall.DUP3, 0, fd.number(), O_CLOEXEC);
            }
        }
        calls.closeFrom(MonitorFd.FREE, 0xffff_ffffL);
        p.call("name the monitor", Syscall.PRCTL, PR_SET_NAME, "ferry-monitor", 0, 0, 0);
        calls.prctl("hide the monitor's memory", PR_SET_DUMPABLE, 0);
        p.call("leave the engine's directory", Syscall.CHDIR, "/");
        calls.ownKeyring();
        Block all = p.block("all signals", 8).putLong(0, -1);
        p.call("block signals", Syscall.RT_SIGPROCMASK, SIG_SETMASK, all, 0, 8);
        Block chld = p.block("SIGCHLD", 8).putLong(0, 1L << (SIGCHLD - 1));
        Cell signals = p.cell("signals");
        p.call("watch for SIGCHLD", Syscall.SIGNALFD4, -1, chld, 8, Calls.O_NONBLOCK | O_CLOEXEC)
                .to(signals);
        calls.park(signals, MonitorFd.SIGNALS);
        if (shape.kind().isForeign()) {
            calls.prctl("be whom a runtime leaves its children to", PR_SET_CHILD_SUBREAPER, 1);
        }
    }

    private void makeChannels() {
        if (shape.terminal()) {
            if (shape.masterFromChild()) {
                // The child takes the end that pipes would use for its output
                Block pair = p.block("terminal sockets", 8);
                p.call("make the terminal's sockets", Syscall.SOCKETPAIR, AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0, pair);
                calls.park(pair.cell(0), MonitorFd.TTY_SOCKET);
                calls.park(pair.cell(4), MonitorFd.STDOUT_WRITE);
            }
        } else {
            pipe("stdout", MonitorFd.STDOUT_READ, MonitorFd.STDOUT_WRITE);
            calls.nonBlocking(MonitorFd.STDOUT_READ, O_RDONLY);
            pipe("stderr", MonitorFd.STDERR_READ, MonitorFd.STDERR_WRITE);
            calls.nonBlocking(MonitorFd.STDERR_READ, O_RDONLY);
        }
        if (shape.inputPipe()) {
            pipe("stdin", MonitorFd.STDIN_READ, MonitorFd.STDIN_WRITE);
            // The engine writes through a copy of this end, and must not hang on a container that does not read
            calls.nonBlocking(MonitorFd.STDIN_WRITE, O_WRONLY);
            pipe("control", MonitorFd.CONTROL_READ, MonitorFd.CONTROL_WRITE);
            calls.nonBlocking(MonitorFd.CONTROL_READ, O_RDONLY);
        }
    }

    private void pipe(String name, MonitorFd read, MonitorFd write) {
        Block pair = p.block(name + " pipe", 8);
        p.call("make the " + name + " pipe", Syscall.PIPE2, pair, O_CLOEXEC);
        calls.park(pair.cell(0), read);
        calls.park(pair.cell(4), write);
    }

    private Label cloneChild() {
        p.stage("clone");
        long flags = shape.cloneFlags() | CLONE_PIDFD | (shape.intoCgroup() ? CLONE_INTO_CGROUP : 0);
        Block arguments = p.block("clone arguments", CLONE_ARGS)
                .putLong(0, flags)
                .putAddress(8, childFd.address())
                .putLong(32, SIGCHLD);
        if (shape.intoCgroup()) {
            arguments.putLong(80, MonitorFd.CGROUP.number());
        }
        Label label = p.label("child");
        p.call("clone the child", Syscall.CLONE3, arguments, CLONE_ARGS)
                .to(child)
                .ifZero(label);
        return label;
    }

    /** Tells who the child is, then closes what only the child may hold: an end of a pipe kept here would never end. */
    private void letGo() {
        calls.park(childFd, MonitorFd.CHILD);
        if (shape.kind() != Kind.EXEC) {
            p.message("report the child", MonitorFd.STATUS.number(), MonitorProtocol.CHILD, child);
        }
        if (!shape.masterFromChild() && !shape.kind().isForeign()) {
            calls.close(MonitorFd.STATUS);
        }
        MonitorFd unneeded = shape.kind().isForeign() ? MonitorFd.NETWORK : MonitorFd.GATE;
        calls.closeFrom(unneeded.number(), MonitorFd.CRIU_RPC.number());
        calls.closeFrom(MonitorFd.STDOUT_WRITE.number(), MonitorFd.STDERR_WRITE.number());
        calls.close(MonitorFd.STDIN_READ);
        calls.close(MonitorFd.IMAGES);
        calls.closeFrom(MonitorFd.TARGET.number(), MonitorFd.FREE - 1L);
        if (!shape.terminal()) {
            calls.close(MonitorFd.TTY_SOCKET);
        }
        if (!shape.inputPipe()) {
            calls.close(MonitorFd.STDIN_WRITE);
            calls.closeFrom(MonitorFd.CONTROL_READ.number(), MonitorFd.CONTROL_WRITE.number());
        }
    }

    /**
     * Waits for the runtime, without carrying its output: what it says of a failure stays in the pipe, where the engine looks for it, and
     * does not get into the container's log. Nothing of the container's own runs yet, or the pipe has room for its first words.
     */
    private void awaitRuntime() {
        p.stage("runtime");
        Block status = p.block("runtime's wait status", Cell.SIZE);
        Label told = p.label("runtime's end told");
        p.call("wait for the runtime", Syscall.WAIT4, child, status, WALL, 0);
        // nobody listens any more: a container that was created goes, a process that runs is watched to its end
        p.message("report the runtime's end", MonitorFd.STATUS.number(), MonitorProtocol.RUNTIME_ENDED, status.cell(0))
                .ifError(turns == null ? told : turns.delete());
        p.at(told);
    }

    /**
     * Waits to be told init's number. Only then it gives up being whom orphans go to: a runtime may end before its last child has left init to
     * us; but those that a container without a pid namespace leaves are nobody's business here, and would stay zombies for as long as it runs.
     */
    private void awaitGate() {
        p.stage("gate");
        Label unknown = p.label("init is not known");
        p.call("wait at the gate", Syscall.READ, MonitorFd.GATE.number(), init.address(), Cell.SIZE)
                .ifZero(turns == null ? unknown : turns.delete());
        p.call("take hold of init", Syscall.PIDFD_OPEN, init, 0).to(childFd);
        calls.park(childFd, MonitorFd.CHILD);
        p.at(unknown);
        calls.close(MonitorFd.GATE);
        calls.prctl("leave orphans to others", PR_SET_CHILD_SUBREAPER, 0);
        if (turns == null) {
            calls.close(MonitorFd.STATUS);
        }
    }

    private void cloneStarter(Label start) {
        Block arguments = p.block("starter arguments", CLONE_ARGS).putLong(32, SIGCHLD);
        p.call("clone the starter", Syscall.CLONE3, arguments, CLONE_ARGS)
                .to(child)
                .ifZero(start);
    }

    /** Only now, when nobody waits for the monitor any more. */
    private void moveTo(List<Path> entries) {
        for (Path file : entries) {
            Cell opened = p.cell("cgroup");
            Label close = p.label("close \"" + file + "\"");
            Label next = p.label("after \"" + file + "\"");
            calls.open(file.toString(), O_WRONLY, opened).ifError(next);
            p.call("move the monitor by \"" + file + "\"", Syscall.WRITE, opened, "0", 1)
                    .then(close)
                    .ifError(close);
            p.at(close);
            calls.close(opened);
            p.at(next);
        }
    }

    /**
     * Takes the terminal's master; none comes when whoever has it dies before, and then there is only the end to wait for. The status
     * pipe is closed behind it: whoever started the process may look for the master here as soon as that pipe has ended.
     */
    private void receiveMaster() {
        Block control = p.block("control message", 24);
        Block vector = p.block("one byte", 24);
        vector.putAddress(0, vector.address(16)).putLong(8, 1);
        Block header = p.block("message", 56)
                .putAddress(16, vector)
                .putLong(24, 1)
                .putAddress(32, control)
                .putLong(40, control.size());
        Label none = p.label("no terminal");
        Label closed = p.label("terminal socket closed");
        p.call("receive the terminal", Syscall.RECVMSG, MonitorFd.TTY_SOCKET.number(), header, MSG_CMSG_CLOEXEC)
                .ifZero(none)
                .ifError(none);
        Cell master = control.cell(16);
        p.call("park " + MonitorFd.TTY_MASTER, Syscall.DUP3, master, MonitorFd.TTY_MASTER.number(), O_CLOEXEC)
                .ifError(none);
        calls.close(master);
        calls.nonBlocking(MonitorFd.TTY_MASTER, O_RDWR).then(closed);
        p.at(none);
        p.call("do without a terminal", Syscall.DUP, -1)
                .to(polled.cell(OUT * POLLFD))
                .ifError(closed);
        p.at(closed);
        calls.close(MonitorFd.TTY_SOCKET);
        if (shape.masterFromChild()) {
            calls.close(MonitorFd.STATUS);
        }
    }

    private void watch() {
        watched(OUT, MonitorFd.STDOUT_READ);
        watched(ERR, shape.terminal() ? null : MonitorFd.STDERR_READ);
        watched(SIGNALS, MonitorFd.SIGNALS);
        watched(CONTROL, shape.inputPipe() ? MonitorFd.CONTROL_READ : null);
        switch (shape.kind()) {
            case EXEC, RESTORE -> {
                Label second = p.label("first child ended");
                loop("first", child, record.address(RecordLayout.CRIU_STATUS), second);
                p.at(second);
            }
            case FOREIGN_START -> watchStarter();
            case START, FOREIGN_EXEC -> {}
        }
        Label ended = p.label("ended");
        Object last = switch (shape.kind()) {
            case START -> child;
            // wait4(-1): only one child is left, and nobody told us its number
            case EXEC, RESTORE -> (Object) NEXT;
            case FOREIGN_START, FOREIGN_EXEC -> init;
        };
        loop("last", last, record.address(RecordLayout.WAIT_STATUS), ended);
        p.at(ended);
        finish();
    }

    /** The container may write, and end, before the runtime that starts it has ended. */
    private void watchStarter() {
        Label started = p.label("starter ended");
        Label told = p.label("starter's end told");
        Block status = p.block("starter's wait status", Cell.SIZE);
        loop("starter", child, status, started);
        p.at(started);
        p.message("report the starter's end", MonitorFd.STATUS.number(), MonitorProtocol.STARTER_ENDED, status.cell(0))
                .ifError(told);
        p.at(told);
        calls.close(MonitorFd.STATUS);
    }

    private void watched(int slot, @Nullable MonitorFd fd) {
        polled.putInt(slot * POLLFD, fd == null ? -1 : fd.number()).putShort(slot * POLLFD + 4, POLLIN);
    }

    /** Carries output until a child has ended. Enters by looking for the end: it may have come before the loop. */
    private void loop(String name, Object pid, Object status, Label ended) {
        p.stage(name + " loop");
        Label poll = p.label(name + ": wait");
        Label errors = p.label(name + ": stderr");
        Label signals = p.label(name + ": signals");
        Label look = p.label(name + ": look for the end");
        Label control = p.label(name + ": control");
        p.at(look);
        p.call(
                        "look whether the child has ended",
                        Syscall.WAIT4,
                        pid,
                        status,
                        WNOHANG_WALL,
                        record.address(RecordLayout.USAGE))
                .to(record.cell(RecordLayout.WAIT_RESULT))
                .ifPositive(ended)
                .ifZero(control)
                .ifError(ended);
        p.at(control);
        if (shape.inputPipe()) {
            Label closed = p.label(name + ": stdin closed");
            p.call("take a control byte", Syscall.READ, MonitorFd.CONTROL_READ.number(), buffer, 1)
                    .tolerating(Errno.EAGAIN)
                    .ifZero(poll);
            calls.close(MonitorFd.STDIN_WRITE).ifError(closed);
            p.at(closed);
        }
        p.at(poll);
        p.call("wait for something to do", Syscall.PPOLL, polled, 4, 0, 0, 0).tolerating(Errno.EINTR);
        carry(OUT, MonitorFd.STDOUT_READ, errors);
        p.at(errors);
        if (!shape.terminal()) {
            carry(ERR, MonitorFd.STDERR_READ, signals);
        }
        p.at(signals);
        p.call("take a signal", Syscall.READ, MonitorFd.SIGNALS.number(), buffer, 128)
                .tolerating(Errno.EAGAIN)
                .ifZero(control)
                .ifPositive(look);
    }

    /** Moves what there is of one stream into the log, once; at its end stops polling it. */
    private void carry(int slot, MonitorFd from, Label next) {
        Label end = p.label("end of " + from);
        read(slot, from, end, next);
        append(slot, next);
        p.at(end);
        p.call("stop polling " + from, Syscall.DUP, -1)
                .to(polled.cell(slot * POLLFD))
                .ifError(next);
    }

    /**
     * Reads once; goes on with the next step when there is output. A terminal whose last user is gone answers EIO, a pipe zero;
     * where there is nothing yet both answer EAGAIN.
     */
    private void read(int slot, MonitorFd from, Label end, Label nothing) {
        StepDraft draft = p.call("read " + from, Syscall.READ, from.number(), buffer, LogFrames.MAX_PAYLOAD)
                .to(frame(slot).cell(FRAME_LENGTH));
        if (shape.terminal()) {
            draft.tolerating(Errno.EAGAIN).ifZero(nothing).ifError(end);
        } else {
            draft.ifZero(end).ifError(nothing);
        }
    }

    /**
     * Writes a frame. The result of read is both the length in the vector and the first word of the header, which begins there.
     * Where the disk is full it tries once more, then drops the frame and leaves a mark in the record: the container goes on.
     */
    private void append(int slot, Label next) {
        Block frame = frame(slot);
        Label again = p.label("write again");
        Label lost = p.label("frame lost");
        p.call("take the time of the output", Syscall.CLOCK_GETTIME, CLOCK_REALTIME, frame.address(FRAME_LENGTH + 8));
        p.call("append to the log", Syscall.WRITEV, MonitorFd.LOG.number(), frame, 2)
                .then(next)
                .ifError(again);
        p.at(again);
        p.call("give the disk a moment", Syscall.PPOLL, 0, 0, moment, 0, 0);
        p.call("append to the log again", Syscall.WRITEV, MonitorFd.LOG.number(), frame, 2)
                .then(next)
                .ifError(lost);
        p.at(lost);
        p.call("mark the lost output", Syscall.DUP, -1)
                .to(record.cell(RecordLayout.LOG_DAMAGED))
                .ifError(next);
    }

    private Block frame(int slot) {
        Block frame = frames[slot];
        if (frame == null) {
            frame = p.block(slot == OUT ? "stdout frame" : "stderr frame", FRAME_LENGTH + LogFrames.HEADER_BYTES);
            frame.putAddress(0, frame.address(FRAME_LENGTH)).putLong(8, LogFrames.HEADER_BYTES);
            frame.putAddress(16, buffer);
            frame.putLong(FRAME_LENGTH + 24, LogFrames.MARK | (slot == OUT ? LogFrame.STDOUT : LogFrame.STDERR));
            frames[slot] = frame;
        }
        return frame;
    }

    /**
     * What the child wrote before it ended is in the pipes. Somebody else may still hold them and write on for ever, a process that
     * an added process left behind: the counter of an eventfd allows as many reads as two pipes of the largest size take.
     */
    private void finish() {
        p.stage("end");
        p.call("allow some reads", Syscall.EVENTFD2, DRAINING_READS, EFD_SEMAPHORE | Calls.O_NONBLOCK | O_CLOEXEC)
                .to(reads);
        Label record = p.label("record the end");
        Label errors = shape.terminal() ? record : p.label("drain stderr");
        drain(OUT, MonitorFd.STDOUT_READ, errors);
        if (!shape.terminal()) {
            p.at(errors);
            drain(ERR, MonitorFd.STDERR_READ, record);
        }
        p.at(record);
        p.call(
                "take the time of the end",
                Syscall.CLOCK_GETTIME,
                CLOCK_REALTIME,
                this.record.address(RecordLayout.TIME));
        p.call("write the record", Syscall.PWRITE64, MonitorFd.RECORD.number(), this.record, RecordLayout.BYTES, 0);
        p.exit(0);
    }

    private void drain(int slot, MonitorFd from, Label next) {
        Label more = p.label("drain " + from);
        p.at(more);
        p.call("count a read", Syscall.READ, reads, buffer, 8).ifError(next);
        read(slot, from, next, next);
        append(slot, more);
    }

    /** The failure first: ending a child that is gone already would be a failure of its own, and only the last one is kept. */
    private void recordFailure() {
        p.stage("monitor failed");
        Label exit = p.label("exit after the monitor's failure");
        Block magic = p.block("failure magic", 8).putLong(0, RecordLayout.FAILED);
        Block rest = p.block("rest of the failure record", RecordLayout.BYTES - 24);
        Block vector = p.block("failure record", 48);
        vector.putAddress(0, magic).putLong(8, magic.size());
        vector.putAddress(16, p.failure()).putLong(24, p.failure().size());
        vector.putAddress(32, rest).putLong(40, rest.size());
        p.failTo(exit);
        p.call("take the time of the failure", Syscall.CLOCK_GETTIME, CLOCK_REALTIME, rest);
        p.call("write the failure", Syscall.WRITEV, MonitorFd.RECORD.number(), vector, 3);
        p.call("end the child", Syscall.PIDFD_SEND_SIGNAL, MonitorFd.CHILD.number(), SIGKILL, 0, 0);
        p.at(exit);
        p.exit(ProgramBuilder.FAILED);
    }
}
