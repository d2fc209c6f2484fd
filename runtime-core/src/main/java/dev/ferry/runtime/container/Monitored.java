package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.StepDraft;
import java.util.function.Supplier;

/**
 * A monitor reads its output and takes its terminal; an engine opens its gate.
 *
 * @param keepStdin whether there is an input pipe
 */
record Monitored(boolean keepStdin) implements Surroundings {
    /** Exit code of a child whose gate was closed instead of opened. */
    static final int ABANDONED = 125;

    @Override
    public int status() {
        return MonitorFd.STATUS.number();
    }

    @Override
    public int firstOwn() {
        return MonitorFd.STATUS.number();
    }

    @Override
    public void takeStandards(Calls calls, boolean terminal) {
        if (terminal) {
            calls.closeFrom(MonitorFd.RECORD.number(), MonitorFd.LOG.number());
            calls.closeFrom(MonitorFd.NETWORK.number(), MonitorFd.STDERR_READ.number());
            calls.closeFrom(MonitorFd.STDERR_WRITE.number(), 0xffff_ffffL);
        } else {
            if (keepStdin) {
                calls.standard(MonitorFd.STDIN_READ, 0);
            }
            calls.standard(MonitorFd.STDOUT_WRITE, 1);
            calls.standard(MonitorFd.STDERR_WRITE, 2);
            calls.closeFrom(MonitorFd.RECORD.number(), MonitorFd.LOG.number());
            calls.closeFrom(MonitorFd.NETWORK.number(), 0xffff_ffffL);
        }
    }

    @Override
    public void reopenNothing(Calls calls) {
        if (keepStdin) {
            return;
        }
        ProgramBuilder p = calls.program();
        Cell nothing = p.cell("nothing");
        calls.open("/dev/null", Calls.O_RDWR, nothing);
        p.call("read nothing", Syscall.DUP3, nothing, 0, 0);
        calls.close(nothing);
    }

    @Override
    public boolean isUsers(int fd, boolean terminal) {
        return fd > 0 || terminal || keepStdin;
    }

    @Override
    public int target() {
        return MonitorFd.TARGET.number();
    }

    @Override
    public int terminalSocket() {
        return MonitorFd.STDOUT_WRITE.number();
    }

    @Override
    public void closeTerminalSocket(Calls calls) {
        calls.close(MonitorFd.STDOUT_WRITE);
    }

    @Override
    public boolean looksForProgram() {
        return false;
    }

    @Override
    public void awaitGate(Calls calls) {
        ProgramBuilder p = calls.program();
        Label abandoned = p.label("abandoned");
        Label open = p.label("gate open");
        Block key = p.block("gate byte", 8);
        p.message("report to be ready", MonitorFd.STATUS.number(), MonitorProtocol.READY, p.cell("ready", 0));
        p.call("wait at the gate", Syscall.READ, MonitorFd.GATE.number(), key, 1)
                .ifPositive(open)
                .ifZero(abandoned);
        p.at(abandoned);
        p.exit(ABANDONED);
        p.at(open);
    }

    @Override
    public void awaitOutside(Calls calls) {
        // there is nothing
    }

    @Override
    public void handOverListener(Calls calls, Supplier<StepDraft> load) {
        throw new IllegalArgumentException(
                "linux.seccomp hands calls to a listener, which the engine has no way to pass on");
    }
}
