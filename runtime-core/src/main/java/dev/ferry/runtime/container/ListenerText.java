package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.StepDraft;
import java.util.function.Supplier;

/**
 * Writes how the listener of a seccomp filter comes to its socket: with one message, the container process's state and the descriptor, sent by
 * the process that has loaded the filter. The state lies in a file that the runtime has written. config-linux.md, "listenerPath"
 */
final class ListenerText {
    /** More than any state has without megabytes of annotations. */
    static final int MAX_STATE = 64 << 10;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;

    private ListenerText() {}

    static void write(Calls calls, int socket, int state, Supplier<StepDraft> load) {
        ProgramBuilder p = calls.program();
        Block text = p.block("process state", MAX_STATE);
        Block vector = p.block("listener bytes", 16).putAddress(0, text);
        Block control = p.block("listener message", 24)
                .putLong(0, 20)
                .putInt(8, SOL_SOCKET)
                .putInt(12, SCM_RIGHTS);
        Block header = p.block("listener header", 56)
                .putAddress(16, vector)
                .putLong(24, 1)
                .putAddress(32, control)
                .putLong(40, control.size());
        p.call("read the process state", Syscall.PREAD64, state, text, MAX_STATE, 0)
                .to(vector.cell(8));
        load.get().to(control.cell(16));
        p.call("hand the listener over", Syscall.SENDMSG, socket, header, MSG_NOSIGNAL);
    }
}
