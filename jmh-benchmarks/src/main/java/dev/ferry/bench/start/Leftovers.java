package dev.ferry.bench.start;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.mount.MountTable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What killed benchmarks left: directories {@code bench-PID-…} whose lock nobody holds, with their mounts and control groups. A lock
 * and not the process number tells, because a number is used again and means another process in a container.
 */
final class Leftovers {
    static final String OWNER = "owner";

    private static final String PREFIX = "bench-";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Leftovers() {}

    /** How a directory of this process begins. */
    static String prefix() {
        return PREFIX + ProcessHandle.current().pid() + "-";
    }

    /** How the names of this process's control groups begin. */
    static String cgroup() {
        return cgroup(ProcessHandle.current().pid());
    }

    private static String cgroup(long pid) {
        return "ferry-bench-" + pid;
    }

    /** Makes the lock of a new directory; the caller keeps it until the directory is gone. */
    static FileChannel own(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve(OWNER), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        channel.lock();
        return channel;
    }

    /** Removes everything of the dead below a directory. */
    static void clear(Path below) throws IOException {
        try (DirectoryStream<Path> places = Files.newDirectoryStream(below, PREFIX + "*-*")) {
            for (Path place : places) {
                String name = place.getFileName().toString();
                // a lock that this process holds would be lost by looking at it, fcntl(2)
                if (!name.startsWith(prefix()) && Files.exists(place.resolve(OWNER))) {
                    clearIfDead(place, Long.parseLong(name.split("-", 3)[1]));
                }
            }
        }
    }

    private static void clearIfDead(Path place, long pid) throws IOException {
        try (FileChannel channel = FileChannel.open(place.resolve(OWNER), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return;
            }
            for (String name : cgroups(cgroup(pid))) {
                Cgroup cgroup = CgroupHierarchies.ofHost().open(new CgroupPath("/" + name));
                cgroup.kill();
                cgroup.delete(PATIENCE);
            }
            List<Path> mounts = MountTable.ofSelf().entries().stream()
                    .map(MountTable.Entry::mountPoint)
                    .filter(point -> point.startsWith(place))
                    .toList();
            for (Path mount : mounts.reversed()) {
                Mounts.unmount(mount, MountFlags.MNT_DETACH);
            }
            delete(place);
        }
    }

    /** Topmost groups of that name, or of that name with a word behind it. */
    private static Set<String> cgroups(String name) throws IOException {
        Set<String> found = new TreeSet<>();
        for (CgroupHierarchy hierarchy : CgroupHierarchies.ofHost().all()) {
            try (DirectoryStream<Path> groups = Files.newDirectoryStream(hierarchy.mountPoint(), name + "*")) {
                for (Path group : groups) {
                    String own = group.getFileName().toString();
                    if (own.equals(name) || own.startsWith(name + "-")) {
                        found.add(own);
                    }
                }
            }
        }
        return found;
    }

    /** A directory with all that is in it. */
    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
