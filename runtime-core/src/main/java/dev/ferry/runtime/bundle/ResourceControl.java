package dev.ferry.runtime.bundle;

import dev.ferry.runtime.oci.Linux.IntelRdt;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Groups of resctrl, by which processors share caches and memory bandwidth. A container has the group that {@code closID} names, else one of
 * its own with its id, which goes with it. config-linux.md, "IntelRdt"; Documentation/filesystems/resctrl.rst
 */
final class ResourceControl {
    private static final Pattern MOUNTED = Pattern.compile("(?m)^(?:\\S+ ){3}/ (\\S+) .* - resctrl ");
    private static final String SCHEMATA = "schemata";
    private static final String TASKS = "tasks";

    private final Optional<Path> root;

    /** Over a file system, which is empty where none is mounted. */
    ResourceControl(Optional<Path> root) {
        this.root = root;
    }

    /** The host's. */
    static ResourceControl ofHost() throws IOException {
        Matcher mounted = MOUNTED.matcher(Files.readString(Path.of("/proc/self/mountinfo")));
        return new ResourceControl(mounted.find() ? Optional.of(Path.of(mounted.group(1))) : Optional.empty());
    }

    /** Before anything is made. Texts are runc's where it has one. */
    void require(@Nullable IntelRdt wanted) throws RuntimeRefused {
        if (wanted == null) {
            return;
        }
        String group = wanted.closID();
        if (group != null && (group.equals(".") || group.equals("..") || group.indexOf('/') >= 0)) {
            throw new RuntimeRefused("invalid intelRdt.ClosID \"%s\"; name a directory of resctrl".formatted(group));
        }
        if (isSet(wanted.l3CacheSchema()) && !has("L3", "L3CODE")) {
            throw new RuntimeRefused(
                    "intelRdt.l3CacheSchema is specified in config, but Intel RDT/CAT is not enabled; mount resctrl, or leave it out");
        }
        if (isSet(wanted.memBwSchema()) && !has("MB")) {
            throw new RuntimeRefused(
                    "intelRdt.memBwSchema is specified in config, but Intel RDT/MBA is not enabled; mount resctrl, or leave it out");
        }
        if (root.isEmpty()) {
            throw new RuntimeRefused(
                    "intelRdt is specified in config, but Intel RDT is not enabled; mount resctrl, or leave it out");
        }
    }

    private void requireForUpdate(IntelRdt wanted) throws RuntimeRefused {
        if (isSet(wanted.l3CacheSchema()) && !has("L3", "L3CODE")) {
            throw new RuntimeRefused("Intel RDT/CAT: l3 cache schema is not enabled; mount resctrl, or leave it out");
        }
        if (isSet(wanted.memBwSchema()) && !has("MB")) {
            throw new RuntimeRefused(
                    "Intel RDT/MBA: memory bandwidth schema is not enabled; mount resctrl, or leave it out");
        }
    }

    private boolean has(String... resources) {
        return root.isPresent()
                && Arrays.stream(resources)
                        .anyMatch(resource ->
                                Files.isDirectory(root.get().resolve("info").resolve(resource)));
    }

    private static boolean isSet(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static List<String> lines(IntelRdt wanted) {
        List<String> lines = new ArrayList<>();
        if (isSet(wanted.l3CacheSchema())) {
            boolean bandwidth = isSet(wanted.memBwSchema());
            String.valueOf(wanted.l3CacheSchema())
                    .lines()
                    // the other field has the word on bandwidth
                    .filter(line -> !bandwidth || !line.startsWith("MB:"))
                    .forEach(lines::add);
        }
        if (isSet(wanted.memBwSchema())) {
            lines.add(String.valueOf(wanted.memBwSchema()));
        }
        return lines;
    }

    private Path group(String id, @Nullable IntelRdt wanted) {
        String named = wanted == null ? null : wanted.closID();
        return root.orElseThrow().resolve(isSet(named) ? String.valueOf(named) : id);
    }

    private Path monitored(String id, IntelRdt wanted) {
        return group(id, wanted).resolve("mon_groups").resolve(id);
    }

    /**
     * Puts a process, and those that it will make, into its container's group, which is made if it is missing. What was made is gone when it fails.
     *
     * @throws IOException also when a group that is there shares in another way than asked
     */
    void place(String id, IntelRdt wanted, int pid) throws IOException {
        Path group = group(id, wanted);
        List<String> shares = lines(wanted);
        List<String> all = new ArrayList<>(shares);
        all.addAll(wanted.schemata());
        boolean fresh = make(group, isSet(wanted.closID()) && all.isEmpty());
        boolean done = false;
        try {
            if (!fresh && isSet(wanted.closID())) {
                requireSame(group, shares);
            }
            if (!all.isEmpty()) {
                write(group, all);
            }
            Files.writeString(group.resolve(TASKS), Integer.toString(pid));
            if (Boolean.TRUE.equals(wanted.enableMonitoring())) {
                Path monitored = Files.createDirectories(monitored(id, wanted));
                Files.writeString(monitored.resolve(TASKS), Integer.toString(pid));
            }
            done = true;
        } finally {
            if (!done) {
                remove(monitored(id, wanted));
                if (fresh) {
                    remove(group);
                }
            }
        }
    }

    private static boolean make(Path group, boolean mustExist) throws IOException {
        if (mustExist) {
            if (!Files.isDirectory(group)) {
                throw new IOException(
                        "intelRdt.closID names \"%s\", which is not there, and nothing says how to make it; make it, or set schemata"
                                .formatted(group));
            }
            return false;
        }
        try {
            Files.createDirectory(group);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static void requireSame(Path group, List<String> wanted) throws IOException {
        List<String> there = Files.readAllLines(group.resolve(SCHEMATA)).stream()
                .map(ResourceControl::plain)
                .toList();
        for (String line : wanted) {
            if (!there.contains(plain(line))) {
                throw new IOException(
                        "intelRdt: \"%s\" shares in another way than \"%s\"; use another closID, or what is there: %s"
                                .formatted(group, line, there));
            }
        }
    }

    /** In one order and without padding, as the kernel prints masks wider than they are written. */
    private static String plain(String line) {
        String[] parts = line.strip().split(":", 2);
        return parts.length < 2
                ? line.strip()
                : parts[0].strip() + ":"
                        + Arrays.stream(parts[1].split(";", -1))
                                .map(domain -> domain.strip().replaceFirst("=\\s*0*(?=[0-9a-fA-F])", "="))
                                .sorted()
                                .collect(Collectors.joining(";"));
    }

    private static void write(Path group, List<String> lines) throws IOException {
        try {
            Files.writeString(group.resolve(SCHEMATA), String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new IOException(
                    "the kernel does not take the schemata %s for \"%s\": %s".formatted(lines, group, e.getMessage()),
                    e);
        }
    }

    /** Changes how a container's group shares. */
    void update(String id, @Nullable IntelRdt configured, IntelRdt wanted) throws RuntimeRefused, IOException {
        requireForUpdate(wanted);
        if (configured == null) {
            throw new RuntimeRefused(
                    "container \"%s\" was made without linux.intelRdt and has no group to update; create it with one"
                            .formatted(id));
        }
        write(group(id, configured), lines(wanted));
    }

    /** With its container goes what was made for it alone; a group that was named is somebody else's. */
    void forget(String id, @Nullable IntelRdt configured) throws IOException {
        if (root.isEmpty() || configured == null) {
            return;
        }
        remove(isSet(configured.closID()) ? monitored(id, configured) : group(id, configured));
    }

    /** rmdir(2) takes a group with its files; monitored ones below it go with it. */
    private static void remove(Path group) throws IOException {
        if (!Files.isDirectory(group)) {
            return;
        }
        if (!group.toFile().delete()) {
            try (Stream<Path> left = Files.list(group)) {
                throw new IOException("\"%s\" cannot be removed, which still has %s"
                        .formatted(group, left.map(Path::getFileName).toList()));
            }
        }
    }
}
