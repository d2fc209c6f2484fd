package dev.ferry.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this test run holds of the kernel at one moment, each thing as a line of text. */
record KernelThings(Set<String> things) {
    private static final int CGROUP_DEPTH = 4;
    private static final int MOUNT_POINT = 4;

    /** Looks now; {@code folders} are directories of this run whose mounts count too. */
    static KernelThings now(List<Path> folders) {
        Set<String> things = new TreeSet<>();
        try {
            things.addAll(descriptors());
            things.addAll(mounts(folders));
            things.addAll(cgroups());
            things.addAll(processes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new KernelThings(things);
    }

    /** What is here and was not there. */
    Set<String> since(KernelThings earlier) {
        Set<String> left = new TreeSet<>(things);
        left.removeAll(earlier.things);
        return left;
    }

    private static Set<String> descriptors() throws IOException {
        Set<String> found = new HashSet<>();
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : fds) {
                String link = link(fd);
                if (!link.isEmpty() && !isOfTheJvm(link)) {
                    found.add("descriptor " + fd.getFileName() + " -> " + link);
                }
            }
        }
        return found;
    }

    /** Files that the JVM opens when it likes: class archives, libraries, random numbers, its own pollers. */
    private static boolean isOfTheJvm(String link) {
        return link.endsWith(".jar")
                || link.endsWith(".so")
                || link.endsWith("/modules")
                || link.endsWith(".jsa")
                || link.endsWith("random")
                || link.equals("anon_inode:[eventpoll]")
                || link.startsWith("/proc/")
                || link.startsWith("/sys/fs/cgroup/");
    }

    /** The descriptor of the listing itself is gone by the time its link is read. */
    private static String link(Path path) throws IOException {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private static Set<String> mounts(List<Path> folders) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(OwnNames.prefix())
                        || folders.stream().anyMatch(folder -> mountPoint(line).startsWith(folder)))
                .map(line -> "mount at " + mountPoint(line))
                .collect(Collectors.toSet());
    }

    private static Path mountPoint(String line) {
        return Path.of(line.split(" ", -1)[MOUNT_POINT].replace("\\040", " "));
    }

    private static Set<String> cgroups() throws IOException {
        Set<String> found = new HashSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(" - cgroup")) {
                collect(mountPoint(line), CGROUP_DEPTH, found);
            }
        }
        return found;
    }

    private static void collect(Path directory, int depth, Set<String> found) {
        for (Path child : directoriesIn(directory)) {
            if (child.toString().contains(OwnNames.prefix())) {
                found.add("control group " + child);
            }
            if (depth > 1) {
                collect(child, depth - 1, found);
            }
        }
    }

    /** Groups of others come and go while we look. */
    private static List<Path> directoriesIn(Path directory) {
        List<Path> directories = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
            children.forEach(directories::add);
        } catch (IOException e) {
            return directories;
        }
        return directories;
    }

    private static Set<String> processes() throws IOException {
        Set<String> found = ProcessHandle.current()
                .children()
                .map(child -> "child process " + child.pid() + name(child.pid()))
                .collect(Collectors.toCollection(HashSet::new));
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.filter(process -> isOurs(process.pid()))
                    .forEach(process -> found.add("process " + process.pid() + name(process.pid())));
        }
        return found;
    }

    private static boolean isOurs(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cgroup")).contains(OwnNames.prefix()) && !isDead(pid);
        } catch (IOException e) {
            return false;
        }
    }

    /** Dead, but nobody has asked how: an orphan's remains where the first process of the machine does not reap. proc(5) */
    private static boolean isDead(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.startsWith(") Z", stat.lastIndexOf(')'));
    }

    private static String name(long pid) {
        try {
            return " " + Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
