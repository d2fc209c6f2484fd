package dev.ferry.criu.bundle;

import dev.ferry.criu.rpc.CriuOptions.Flag;
import dev.ferry.runtime.bundle.CheckpointFlags;
import dev.ferry.runtime.bundle.CheckpointFlags.Switch;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What the switches of a call are called in a request. */
final class Switches {
    /** Those that mean the same in both directions. */
    private static final Map<Switch, Flag> BOTH = Map.of(
            Switch.EXTERNAL_UNIX_SOCKETS, Flag.EXTERNAL_UNIX_SOCKETS,
            Switch.SHELL_JOB, Flag.SHELL_JOB,
            Switch.FILE_LOCKS, Flag.FILE_LOCKS,
            Switch.AUTO_DEDUP, Flag.AUTO_DEDUP,
            Switch.LAZY_PAGES, Flag.LAZY_PAGES,
            Switch.TCP_ESTABLISHED, Flag.TCP_ESTABLISHED);

    private static final Map<Switch, Flag> DUMP = Map.of(
            Switch.LEAVE_RUNNING, Flag.LEAVE_RUNNING,
            Switch.TCP_SKIP_IN_FLIGHT, Flag.TCP_SKIP_IN_FLIGHT,
            Switch.LINK_REMAP, Flag.LINK_REMAP,
            Switch.PRE_DUMP, Flag.TRACK_MEMORY);

    private Switches() {}

    static Set<Flag> ofDump(CheckpointFlags flags) {
        Set<Flag> on = EnumSet.of(Flag.MANAGE_CGROUPS, Flag.ORPHAN_PTS_MASTER);
        add(on, flags, BOTH);
        add(on, flags, DUMP);
        if (flags.parent().isPresent()) {
            on.add(Flag.TRACK_MEMORY);
        }
        return on;
    }

    /** Links are always put back where the dump has made some. Connections are restored or closed. */
    static Set<Flag> ofRestore(CheckpointFlags flags) {
        Set<Flag> on = EnumSet.of(
                Flag.MANAGE_CGROUPS,
                Flag.RESTORE_SIBLING,
                Flag.EVASIVE_DEVICES,
                Flag.ORPHAN_PTS_MASTER,
                Flag.LINK_REMAP);
        add(on, flags, BOTH);
        if (flags.has(Switch.TCP_CLOSE)) {
            on.remove(Flag.TCP_ESTABLISHED);
            on.add(Flag.TCP_CLOSE);
        }
        return on;
    }

    private static void add(Set<Flag> on, CheckpointFlags flags, Map<Switch, Flag> names) {
        names.forEach((each, name) -> {
            if (flags.has(each)) {
                on.add(name);
            }
        });
    }
}
