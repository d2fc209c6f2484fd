package dev.ferry.criu.rpc;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The options of one dump or restore (criu_opts of rpc.proto; criu(8) describes each). Made by {@link #builder}.
 *
 * @param imagesDirectory descriptor number <i>in this process</i> (CRIU opens it through /proc), of a directory in CRIU's mount namespace
 * @param workDirectory likewise, of the directory for logs and statistics; the images directory if absent
 * @param pid the process whose tree is dumped; absent for a restore
 * @param flags the switches that are on
 * @param logFile name inside the work directory
 * @param root root directory of the restored mount namespace: must be a mount point
 * @param external {@code net[inode]:key}, {@code mnt[destination]:key} and the like
 * @param inherited descriptors <i>of the CRIU process</i> for things that exist outside the dump
 * @param cgroupRoots where each controller's part of the tree is put; never empty for a restore of Ferry
 * @param ghostLimit greatest size of a deleted file that is taken along, in bytes
 * @param freezeCgroup absolute path of the freezer control group to use
 * @param timeoutSeconds CRIU's own time limit for freezing
 * @param networkLock how packets are kept away while connections are saved
 * @param cgroupsMode what CRIU does about properties of control groups, when it looks at them at all
 * @param texts options that are names
 * @param emptyNetwork a network namespace is made anew, with nothing of what was in it
 * @param pageServer where memory is sent to, or where a dump with {@link Flag#LAZY_PAGES} listens
 * @param joined namespaces that exist and that the restored tree joins
 */
public record CriuOptions(
        int imagesDirectory,
        OptionalInt workDirectory,
        OptionalInt pid,
        Set<Flag> flags,
        String logFile,
        Optional<String> root,
        List<String> external,
        List<Inherited> inherited,
        List<CgroupRoot> cgroupRoots,
        OptionalLong ghostLimit,
        Optional<String> freezeCgroup,
        OptionalInt timeoutSeconds,
        NetworkLock networkLock,
        CgroupsMode cgroupsMode,
        Map<Text, String> texts,
        boolean emptyNetwork,
        Optional<PageServer> pageServer,
        List<Joined> joined) {

    private static final int LOG_LEVEL = 4;
    private static final int CLONE_NEWNET = 0x4000_0000;

    public CriuOptions {
        flags = Set.copyOf(flags);
        external = List.copyOf(external);
        inherited = List.copyOf(inherited);
        cgroupRoots = List.copyOf(cgroupRoots);
        texts = Map.copyOf(texts);
        joined = List.copyOf(joined);
    }

    /** A switch of CRIU and its field number. */
    public enum Flag {
        LEAVE_RUNNING(3),
        EXTERNAL_UNIX_SOCKETS(4),
        TCP_ESTABLISHED(5),
        EVASIVE_DEVICES(6),
        SHELL_JOB(7),
        FILE_LOCKS(8),
        NOTIFY(12),
        TRACK_MEMORY(15),
        AUTO_DEDUP(16),
        LINK_REMAP(18),
        MANAGE_CGROUPS(24),
        RESTORE_SIBLING(26),
        TCP_SKIP_IN_FLIGHT(46),
        LAZY_PAGES(48),
        ORPHAN_PTS_MASTER(50),
        TCP_CLOSE(52);

        private final int field;

        Flag(int field) {
            this.field = field;
        }
    }

    /** How CRIU keeps packets away from saved connections. */
    public enum NetworkLock {
        IPTABLES(1),
        NFTABLES(2),
        /** No lock at all: right only where no connection is saved, for it loses bytes otherwise. */
        SKIP(3);

        private final int number;

        NetworkLock(int number) {
            this.number = number;
        }
    }

    /** What CRIU does about the properties of control groups. */
    public enum CgroupsMode {
        /** Looks at none. */
        IGNORE(0),
        /** Sets those of groups that it makes itself. */
        SOFT(3),
        /** Sets all. */
        FULL(4),
        /** Sets all, and fails where a group exists. */
        STRICT(5);

        private final int number;

        CgroupsMode(int number) {
            this.number = number;
        }
    }

    /** A name that CRIU is given, and its field number. */
    public enum Text {
        /** The images of an earlier dump, relative to the images directory. */
        PARENT(14),
        /** A file of options that count more than these. */
        CONFIG_FILE(51),
        LSM_PROFILE(53),
        LSM_MOUNT_CONTEXT(63);

        private final int field;

        Text(int field) {
            this.field = field;
        }
    }

    /** Where pages go to or come from. */
    public record PageServer(String address, int port) {}

    /** A namespace by its kind, as /proc names it, and its file. */
    public record Joined(String kind, String file) {}

    /** A descriptor of the CRIU process that stands for {@code key}, such as {@code pipe:[4711]}. */
    public record Inherited(String key, int descriptor) {}

    /** The new path of one controller's cgroups. CRIU names them as /proc/PID/cgroup does: "cpu", "name=systemd"; "" is the unified one. */
    public record CgroupRoot(String controller, String path) {}

    public static Builder builder(int imagesDirectory) {
        return new Builder(imagesDirectory);
    }

    WireWriter write() {
        WireWriter out = new WireWriter().number(1, imagesDirectory);
        pid.ifPresent(value -> out.number(2, value));
        for (Flag flag : Flag.values()) {
            if (flags.contains(flag)) {
                out.flag(flag.field, true);
            }
        }
        out.number(9, LOG_LEVEL).text(10, logFile);
        root.ifPresent(value -> out.text(13, value));
        workDirectory.ifPresent(value -> out.number(17, value));
        for (CgroupRoot each : cgroupRoots) {
            WireWriter entry = new WireWriter();
            if (!each.controller().isEmpty()) {
                entry.text(1, each.controller());
            }
            out.message(25, entry.text(2, each.path()));
        }
        for (Inherited each : inherited) {
            out.message(27, new WireWriter().text(1, each.key()).number(2, each.descriptor()));
        }
        if (flags.contains(Flag.MANAGE_CGROUPS)) {
            out.number(34, cgroupsMode.number);
        }
        ghostLimit.ifPresent(value -> out.number(35, value));
        external.forEach(value -> out.text(37, value));
        freezeCgroup.ifPresent(value -> out.text(44, value));
        timeoutSeconds.ifPresent(value -> out.number(45, value));
        for (Text text : Text.values()) {
            String value = texts.get(text);
            if (value != null) {
                out.text(text.field, value);
            }
        }
        if (emptyNetwork) {
            out.number(38, CLONE_NEWNET);
        }
        for (Joined each : joined) {
            out.message(39, new WireWriter().text(1, each.kind()).text(2, each.file()));
        }
        pageServer.ifPresent(server ->
                out.message(11, new WireWriter().text(1, server.address()).number(2, server.port())));
        return out.number(64, networkLock.number);
    }

    /** Collects options; every call returns the same builder. */
    public static final class Builder {
        private final int imagesDirectory;
        private final EnumSet<Flag> flags = EnumSet.of(Flag.NOTIFY);
        private final List<String> external = new ArrayList<>();
        private final List<Inherited> inherited = new ArrayList<>();
        private final List<CgroupRoot> cgroupRoots = new ArrayList<>();
        private OptionalInt workDirectory = OptionalInt.empty();
        private OptionalInt pid = OptionalInt.empty();
        private String logFile = "criu.log";
        private Optional<String> root = Optional.empty();
        private OptionalLong ghostLimit = OptionalLong.empty();
        private Optional<String> freezeCgroup = Optional.empty();
        private OptionalInt timeoutSeconds = OptionalInt.empty();
        private NetworkLock networkLock = NetworkLock.SKIP;
        private CgroupsMode cgroupsMode = CgroupsMode.SOFT;
        private final Map<Text, String> texts = new EnumMap<>(Text.class);
        private boolean emptyNetwork;
        private Optional<PageServer> pageServer = Optional.empty();
        private final List<Joined> joined = new ArrayList<>();

        private Builder(int imagesDirectory) {
            this.imagesDirectory = imagesDirectory;
        }

        public Builder workDirectory(int descriptor) {
            workDirectory = OptionalInt.of(descriptor);
            return this;
        }

        public Builder pid(int value) {
            pid = OptionalInt.of(value);
            return this;
        }

        public Builder with(Flag... switches) {
            flags.addAll(List.of(switches));
            return this;
        }

        public Builder withIf(boolean condition, Flag flag) {
            if (condition) {
                flags.add(flag);
            }
            return this;
        }

        public Builder logFile(String name) {
            logFile = name;
            return this;
        }

        public Builder root(String path) {
            root = Optional.of(path);
            return this;
        }

        public Builder external(String resource) {
            external.add(resource);
            return this;
        }

        public Builder inherit(String key, int descriptorOfCriu) {
            inherited.add(new Inherited(key, descriptorOfCriu));
            return this;
        }

        public Builder cgroupRoot(String controller, String path) {
            cgroupRoots.add(new CgroupRoot(controller, path));
            return this;
        }

        public Builder ghostLimit(long bytes) {
            ghostLimit = OptionalLong.of(bytes);
            return this;
        }

        public Builder freezeCgroup(String path) {
            freezeCgroup = Optional.of(path);
            return this;
        }

        public Builder timeoutSeconds(int seconds) {
            timeoutSeconds = OptionalInt.of(seconds);
            return this;
        }

        public Builder networkLock(NetworkLock lock) {
            networkLock = lock;
            return this;
        }

        public Builder cgroupsMode(CgroupsMode mode) {
            cgroupsMode = mode;
            return this;
        }

        public Builder text(Text which, String value) {
            texts.put(which, value);
            return this;
        }

        public Builder emptyNetwork(boolean value) {
            emptyNetwork = value;
            return this;
        }

        public Builder pageServer(String address, int port) {
            pageServer = Optional.of(new PageServer(address, port));
            return this;
        }

        public Builder join(String kind, String file) {
            joined.add(new Joined(kind, file));
            return this;
        }

        public CriuOptions build() {
            return new CriuOptions(
                    imagesDirectory,
                    workDirectory,
                    pid,
                    flags,
                    logFile,
                    root,
                    external,
                    inherited,
                    cgroupRoots,
                    ghostLimit,
                    freezeCgroup,
                    timeoutSeconds,
                    networkLock,
                    cgroupsMode,
                    texts,
                    emptyNetwork,
                    pageServer,
                    joined);
        }
    }
}
