package dev.ferry.runtime.mount;

import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_ATIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_NOATIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_NODEV;
import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_NODIRATIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_NOEXEC;
import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_NOSUID;
import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_NOSYMFOLLOW;
import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_RDONLY;
import static dev.ferry.runtime.linux.abi.MountFlags.MOUNT_ATTR_STRICTATIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_BIND;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_DIRSYNC;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_I_VERSION;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_LAZYTIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_MANDLOCK;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_NOATIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_NODEV;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_NODIRATIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_NOEXEC;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_NOSUID;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_NOSYMFOLLOW;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_PRIVATE;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_RDONLY;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_REC;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_RELATIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_REMOUNT;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_SHARED;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_SILENT;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_SLAVE;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_STRICTATIME;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_SYNCHRONOUS;
import static dev.ferry.runtime.linux.abi.MountFlags.MS_UNBINDABLE;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The options of one mount, sorted by who gets them. config.md, "Linux mount options"; mount(2), mount_setattr(2)
 *
 * @param flags MS_* bits for mount(2), MS_BIND and MS_REC of a bind mount included
 * @param cleared MS_* bits that an option takes away ({@code suid}, {@code dev}, {@code rw}): a bind mount otherwise keeps them
 *     from its source
 * @param propagation MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE, perhaps with MS_REC; one mount(2) each, in this order
 * @param recursiveSet MOUNT_ATTR_* bits to set on the mount and all below it, with mount_setattr(2)
 * @param recursiveClear MOUNT_ATTR_* bits to clear there
 * @param copyUp {@code tmpcopyup}: the new tmpfs starts with what the directory below holds
 * @param data what is left, for the file system, joined with commas; empty for none
 */
public record MountOptions(
        long flags,
        long cleared,
        List<Long> propagation,
        long recursiveSet,
        long recursiveClear,
        boolean copyUp,
        String data) {
    /** What of the flags belongs to the mount and not to the file system: the only ones that a bind mount can change. */
    public static final long PER_MOUNT = MS_RDONLY
            | MS_NOSUID
            | MS_NODEV
            | MS_NOEXEC
            | MS_NOATIME
            | MS_NODIRATIME
            | MS_RELATIME
            | MS_STRICTATIME
            | MS_NOSYMFOLLOW;

    /** The mount, without those below it, takes ids of a user namespace. */
    public static final String MAPS = "idmap";

    /** The same with those below it. */
    public static final String MAPS_BELOW = "ridmap";

    private static final long ATIME = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;

    private record Word(long set, long clear) {}

    private static final Map<String, Word> FLAGS = new LinkedHashMap<>();
    private static final Map<String, Long> PROPAGATION = new LinkedHashMap<>();
    private static final Map<String, Word> RECURSIVE = new LinkedHashMap<>();

    static {
        flag("ro", MS_RDONLY, "rw");
        flag("nosuid", MS_NOSUID, "suid");
        flag("nodev", MS_NODEV, "dev");
        flag("noexec", MS_NOEXEC, "exec");
        flag("sync", MS_SYNCHRONOUS, "async");
        flag("remount", MS_REMOUNT, "");
        flag("mand", MS_MANDLOCK, "nomand");
        flag("dirsync", MS_DIRSYNC, "");
        flag("nosymfollow", MS_NOSYMFOLLOW, "symfollow");
        flag("nodiratime", MS_NODIRATIME, "diratime");
        flag("silent", MS_SILENT, "loud");
        flag("iversion", MS_I_VERSION, "noiversion");
        flag("lazytime", MS_LAZYTIME, "nolazytime");
        flag("bind", MS_BIND, "");
        flag("rbind", MS_BIND | MS_REC, "");
        FLAGS.put("noatime", new Word(MS_NOATIME, ATIME));
        FLAGS.put("atime", new Word(0, MS_NOATIME));
        FLAGS.put("relatime", new Word(MS_RELATIME, ATIME));
        FLAGS.put("norelatime", new Word(0, MS_RELATIME));
        FLAGS.put("strictatime", new Word(MS_STRICTATIME, ATIME));
        FLAGS.put("nostrictatime", new Word(0, MS_STRICTATIME));
        FLAGS.put("defaults", new Word(0, 0));

        propagation("shared", MS_SHARED);
        propagation("slave", MS_SLAVE);
        propagation("private", MS_PRIVATE);
        propagation("unbindable", MS_UNBINDABLE);

        recursive("rro", MOUNT_ATTR_RDONLY, "rrw");
        recursive("rnosuid", MOUNT_ATTR_NOSUID, "rsuid");
        recursive("rnodev", MOUNT_ATTR_NODEV, "rdev");
        recursive("rnoexec", MOUNT_ATTR_NOEXEC, "rexec");
        recursive("rnodiratime", MOUNT_ATTR_NODIRATIME, "rdiratime");
        recursive("rnosymfollow", MOUNT_ATTR_NOSYMFOLLOW, "rsymfollow");
        // the access time is a field of three values and not a bit: it is cleared as a whole before one is set
        RECURSIVE.put("rrelatime", new Word(0, MOUNT_ATTR_ATIME));
        RECURSIVE.put("rnorelatime", new Word(MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_ATIME));
        RECURSIVE.put("rnoatime", new Word(MOUNT_ATTR_NOATIME, MOUNT_ATTR_ATIME));
        RECURSIVE.put("ratime", new Word(0, MOUNT_ATTR_ATIME));
        RECURSIVE.put("rstrictatime", new Word(MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_ATIME));
        RECURSIVE.put("rnostrictatime", new Word(0, MOUNT_ATTR_ATIME));
    }

    public MountOptions {
        propagation = List.copyOf(propagation);
    }

    /** Every word that has a meaning of its own, in order. */
    public static SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>(FLAGS.keySet());
        names.addAll(PROPAGATION.keySet());
        names.addAll(RECURSIVE.keySet());
        names.add(MAPS);
        names.add(MAPS_BELOW);
        return names;
    }

    /** Sorts options; a later one overrules an earlier, as with mount(8). */
    public static MountOptions parse(List<String> options) {
        long flags = 0;
        long cleared = 0;
        var propagation = new ArrayList<Long>();
        long recursiveSet = 0;
        long recursiveClear = 0;
        boolean copyUp = false;
        var data = new ArrayList<String>();
        for (String option : options) {
            Word flag = FLAGS.get(option);
            Word recursive = RECURSIVE.get(option);
            if (flag != null) {
                flags = (flags & ~flag.clear()) | flag.set();
                cleared = (cleared | flag.clear()) & ~flag.set();
            } else if (PROPAGATION.containsKey(option)) {
                propagation.add(PROPAGATION.get(option));
            } else if (recursive != null) {
                recursiveSet = (recursiveSet & ~recursive.clear()) | recursive.set();
                recursiveClear = (recursiveClear | recursive.clear()) & ~(recursive.set() & ~MOUNT_ATTR_ATIME);
            } else if (option.equals("tmpcopyup")) {
                copyUp = true;
            } else if (!option.isEmpty() && !option.equals(MAPS) && !option.equals(MAPS_BELOW)) {
                data.add(option);
            }
        }
        return new MountOptions(
                flags, cleared, propagation, recursiveSet, recursiveClear, copyUp, String.join(",", data));
    }

    /** Whether it is a bind mount. */
    public boolean isBind() {
        return (flags & MS_BIND) != 0;
    }

    /** Whether it ends up read-only. */
    public boolean isReadOnly() {
        return (flags & MS_RDONLY) != 0;
    }

    /**
     * The flags of the second mount(2) that a bind mount needs, since the first takes no flags but MS_REC; empty when the source's
     * own flags are right.
     *
     * @param source MS_* bits that the source's mount has: those that a user namespace has locked must be repeated
     */
    public Optional<Long> bindRemount(long source) {
        long wanted = ((source & PER_MOUNT) & ~cleared) | (flags & PER_MOUNT);
        return wanted == (source & PER_MOUNT) ? Optional.empty() : Optional.of(MS_REMOUNT | MS_BIND | wanted);
    }

    /** Whether mount_setattr(2) is needed. */
    public boolean hasRecursive() {
        return recursiveSet != 0 || recursiveClear != 0;
    }

    private static void flag(String set, long bit, String clear) {
        FLAGS.put(set, new Word(bit, 0));
        if (!clear.isEmpty()) {
            FLAGS.put(clear, new Word(0, bit));
        }
    }

    private static void propagation(String name, long bit) {
        PROPAGATION.put(name, bit);
        PROPAGATION.put("r" + name, bit | MS_REC);
    }

    private static void recursive(String set, long bit, String clear) {
        RECURSIVE.put(set, new Word(bit, 0));
        RECURSIVE.put(clear, new Word(0, bit));
    }
}
