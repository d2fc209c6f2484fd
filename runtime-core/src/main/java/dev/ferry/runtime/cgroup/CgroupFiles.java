package dev.ferry.runtime.cgroup;

import dev.ferry.runtime.oci.LinuxResources;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reading and writing the files of cgroups; every failure names the file and what was written. */
final class CgroupFiles {
    /** How often a state that the kernel reaches on its own is looked at. */
    private static final long POLL_NANOS = Duration.ofMillis(2).toNanos();

    private static final Pattern PAIR = Pattern.compile("(\\S+)\\s+(\\d{1,20})\\s*");

    private CgroupFiles() {}

    /** One write(2): the kernel takes each as one value. */
    static void write(Path file, String value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new IOException("cannot write \"%s\" to \"%s\": %s".formatted(value, file, reason(e)), e);
        }
    }

    /**
     * Writes limits in their order. The kernel may refuse one because another, later one still has its old value (memory above
     * memory+swap, a quota below its burst): those that were refused are tried again after the rest.
     *
     * @throws LimitUnsupported before anything is written, when the kernel has no file for one
     * @throws LimitRefused when one is refused twice
     */
    static void writeAll(List<Setting> settings, Function<String, Path> directories) throws IOException {
        var chosen = new ArrayList<Map.Entry<Setting, Path>>();
        for (Setting setting : settings) {
            Setting there = existing(directories.apply(setting.controller()), setting);
            chosen.add(Map.entry(there, directories.apply(there.controller()).resolve(there.file())));
        }
        var refused = new ArrayList<Map.Entry<Setting, Path>>();
        for (Map.Entry<Setting, Path> entry : chosen) {
            try {
                write(entry.getValue(), entry.getKey().value());
            } catch (IOException e) {
                refused.add(entry);
            }
        }
        for (Map.Entry<Setting, Path> entry : refused) {
            try {
                write(entry.getValue(), entry.getKey().value());
            } catch (IOException e) {
                throw new LimitRefused(
                        "the kernel refuses the limit \"%s\": %s; choose a value that it takes"
                                .formatted(entry.getKey().field(), e.getMessage()),
                        e);
            }
        }
    }

    private static Setting existing(Path directory, Setting setting) throws LimitUnsupported {
        for (@Nullable Setting candidate = setting; candidate != null; candidate = candidate.otherwise()) {
            if (Files.exists(directory.resolve(candidate.file()))) {
                return candidate;
            }
        }
        throw new LimitUnsupported(
                "cannot keep the limit \"%s\": this kernel has no \"%s\"; leave the limit out or use a kernel with it"
                        .formatted(setting.field(), directory.resolve(setting.file())),
                null);
    }

    /** Refuses a limit of memory that is below what is in use, when the configuration asks for that check. */
    static void checkMemory(LinuxResources resources, Optional<Path> usage) throws IOException {
        LinuxResources.Memory memory = resources.memory();
        if (usage.isEmpty()
                || memory == null
                || memory.limit() == null
                || memory.limit() <= 0
                || !Boolean.TRUE.equals(memory.checkBeforeUpdate())) {
            return;
        }
        long used = number(usage.get()).orElse(0);
        if (used > memory.limit()) {
            throw new LimitRefused(
                    "the limit \"memory.limit\" of %d bytes is below the %d bytes in use; choose a larger one or free memory first"
                            .formatted(memory.limit(), used),
                    null);
        }
    }

    static CgroupStatistics.Pids tasks(Path directory) throws IOException {
        return new CgroupStatistics.Pids(
                number(directory.resolve("pids.current")).orElse(0), number(directory.resolve("pids.max")));
    }

    static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }

    static Optional<String> readIfThere(Path file) throws IOException {
        try {
            return Optional.of(read(file));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    /** A file with one number; {@code max} is absent, and so is a file that is not there. */
    static OptionalLong number(Path file) throws IOException {
        Optional<String> text = readIfThere(file);
        if (text.isEmpty() || text.get().equals("max") || text.get().isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseUnsignedLong(text.get()));
    }

    /** A file of lines {@code key number}; lines of other forms are left out. */
    static Map<String, Long> numbers(Path file) throws IOException {
        var numbers = new LinkedHashMap<String, Long>();
        for (String line : readIfThere(file).orElse("").split("\n", -1)) {
            Matcher pair = PAIR.matcher(line);
            if (pair.matches()) {
                numbers.put(pair.group(1), Long.parseUnsignedLong(pair.group(2)));
            }
        }
        return numbers;
    }

    /** Processes of a cgroup and of those below it. */
    static List<Integer> pids(Path directory) throws IOException {
        var pids = new TreeSet<Integer>();
        collectPids(directory, pids);
        return List.copyOf(pids);
    }

    private static void collectPids(Path directory, Collection<Integer> pids) throws IOException {
        readIfThere(directory.resolve("cgroup.procs"))
                .ifPresent(text -> text.lines()
                        .filter(line -> !line.isBlank())
                        .map(Integer::parseInt)
                        // 0 stands for a process of another pid namespace
                        .filter(pid -> pid > 0)
                        .forEach(pids::add));
        for (Path child : children(directory)) {
            collectPids(child, pids);
        }
    }

    /** Some of the processes that sit in this very cgroup, for messages. */
    static List<String> firstProcesses(Path directory) throws IOException {
        return readIfThere(directory.resolve("cgroup.procs"))
                .orElse("")
                .lines()
                .limit(10)
                .toList();
    }

    static List<Path> children(Path directory) throws IOException {
        var children = new ArrayList<Path>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, Files::isDirectory)) {
            stream.forEach(children::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        return children;
    }

    /**
     * Removes a cgroup and those below, deepest first, looking again while the kernel is not ready: a process that has ended is
     * counted until its parent has fetched its status and the kernel has let go of it.
     */
    static void remove(Path directory, long deadline) throws IOException {
        while (!tryRemove(directory)) {
            if (System.nanoTime() - deadline >= 0) {
                throw new CgroupBusy(
                        "cannot delete cgroup \"%s\": processes %s are still inside; end them and try again"
                                .formatted(directory, pids(directory)),
                        null);
            }
            pause(directory);
        }
    }

    private static boolean tryRemove(Path directory) throws IOException {
        boolean empty = true;
        for (Path child : children(directory)) {
            empty &= tryRemove(child);
        }
        if (!empty) {
            return false;
        }
        // File.delete calls rmdir(2) and nothing else; on a cgroup the files inside do not count
        return directory.toFile().delete() || Files.notExists(directory);
    }

    /** Waits a moment before a state is looked at again. */
    static void pause(Path directory) throws IOException {
        try {
            Thread.sleep(Duration.ofNanos(POLL_NANOS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for cgroup \"%s\"".formatted(directory), e);
        }
    }

    /** What the operating system said, without the file's name that the caller gives already. */
    static String reason(IOException e) {
        return e instanceof java.nio.file.FileSystemException f && f.getReason() != null
                ? f.getReason()
                : e instanceof NoSuchFileException ? "no such file" : String.valueOf(e.getMessage());
    }
}
