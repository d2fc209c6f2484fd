package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.mount.MountOptions;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Writes how a tmpfs comes to have what its place had before: the mode, unless its options have one, and the contents if they say
 * {@code tmpcopyup}.
 *
 * <p>Contents are copied by the runtime, since a tree cannot be walked by a list of system calls. Init opens both directories inside the
 * container's root, where a link of the image leads nowhere else, hands them over and waits.
 */
final class TmpfsText {
    private static final int STATX_MODE = 2;
    private static final int STATX_BYTES = 256;
    private static final int STX_MODE = 28;
    private static final int OPEN_TO_ALL = 01777;

    private final Calls calls;
    private final ProgramBuilder p;
    private final OptionalInt socket;

    /**
     * For one container.
     *
     * @param socket where somebody copies; empty where nobody does
     */
    TmpfsText(Calls calls, OptionalInt socket) {
        this.calls = calls;
        this.p = calls.program();
        this.socket = socket;
    }

    /** The mounts that take the contents of their places, in their order. */
    static List<Mount> copiedUp(Spec spec) {
        return spec.mounts().stream().filter(TmpfsText::copiesUp).toList();
    }

    private static boolean copiesUp(Mount mount) {
        return isTmpfs(mount) && MountOptions.parse(mount.options()).copyUp();
    }

    static boolean isTmpfs(Mount mount) {
        return !mount.isBindMount() && "tmpfs".equals(mount.type());
    }

    /** Mounts one, by {@code mounting}. */
    void write(Mount mount, Runnable mounting) {
        String at = mount.destination();
        boolean hasMode = Arrays.stream(
                        MountOptions.parse(mount.options()).data().split(",", -1))
                .anyMatch(option -> option.startsWith("mode="));
        if (hasMode) {
            calls.directories(at);
            mountAndFill(mount, mounting);
            return;
        }
        calls.directories(at.substring(0, Math.max(1, at.lastIndexOf('/'))));
        // one that was not there has the mode that a tmpfs has by itself
        p.call("make directory \"" + at + "\"", Syscall.MKDIRAT, Calls.AT_FDCWD, at, OPEN_TO_ALL)
                .tolerating(Errno.EEXIST);
        Block seen = p.block("mode of its place", STATX_BYTES);
        p.call("look at the mode of \"" + at + "\"", Syscall.STATX, Calls.AT_FDCWD, at, 0, STATX_MODE, seen);
        mountAndFill(mount, mounting);
        p.call(
                "give \"" + at + "\" the mode of its place",
                Syscall.FCHMODAT,
                Calls.AT_FDCWD,
                at,
                // two bytes are looked at
                seen.cell(STX_MODE));
    }

    private void mountAndFill(Mount mount, Runnable mounting) {
        if (socket.isEmpty() || !copiesUp(mount)) {
            mounting.run();
            return;
        }
        String at = mount.destination();
        int fd = socket.getAsInt();
        Block answer = p.block("copied", 8);
        Block vector = p.block("copy bytes", 16).putAddress(0, answer).putLong(8, 1);
        Block rights = p.block("copy directories", 32)
                .putLong(0, 24)
                .putInt(8, SocketConstants.SOL_SOCKET)
                .putInt(12, SocketConstants.SCM_RIGHTS);
        Block header = p.block("copy header", 56)
                .putAddress(16, vector)
                .putLong(24, 1)
                .putAddress(32, rights)
                .putLong(40, 24);
        // two descriptors of four bytes by results of eight: the second takes the place of the empty half of the first
        Cell place = rights.cell(16);
        Cell tmpfs = rights.cell(20);
        Label on = p.label("copied to " + at);
        Label alone = p.label("nobody copies to " + at);
        calls.open(at, Calls.O_PATH | Calls.O_DIRECTORY, place);
        mounting.run();
        calls.open(at, Calls.O_PATH | Calls.O_DIRECTORY, tmpfs);
        p.call("hand \"" + at + "\" over to be copied", Syscall.SENDMSG, fd, header, SocketConstants.MSG_NOSIGNAL);
        calls.close(place);
        calls.close(tmpfs);
        p.call("wait for the copy of \"" + at + "\"", Syscall.READ, fd, answer, 1)
                .ifPositive(on)
                .ifZero(alone);
        p.at(alone);
        p.exit(Monitored.ABANDONED);
        p.at(on);
    }

    /** When all are mounted. */
    void finish() {
        if (socket.isPresent()) {
            p.call("close the copier's socket", Syscall.CLOSE, socket.getAsInt());
        }
    }
}
