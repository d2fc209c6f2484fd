package dev.ferry.runtime.mount;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The mounts of a mount namespace as {@code /proc/PID/mountinfo} tells them, in the kernel's order. proc_pid_mountinfo(5)
 *
 * <p>File names are bytes to the kernel; those that are no UTF-8 come out with replacement characters.
 */
public record MountTable(List<Entry> entries) {

    public MountTable {
        entries = List.copyOf(entries);
    }

    /**
     * One mount.
     *
     * @param root the directory of the file system that this mount shows
     * @param tags propagation: {@code shared:3}, {@code master:1}, {@code unbindable}
     * @param source what mount(2) was given; often only a name
     * @param superOptions options of the file system, those of {@code options} are the mount's own
     */
    public record Entry(
            int id,
            int parent,
            int major,
            int minor,
            String root,
            Path mountPoint,
            List<String> options,
            List<String> tags,
            String type,
            String source,
            List<String> superOptions) {

        public Entry {
            options = List.copyOf(options);
            tags = List.copyOf(tags);
            superOptions = List.copyOf(superOptions);
        }

        /** Whether mounts below it are told to other namespaces. */
        public boolean isShared() {
            return tags.stream().anyMatch(tag -> tag.startsWith("shared:"));
        }

        /** Whether it is a plain mount of a directory of its file system, as bind mounts are. */
        public boolean showsPart() {
            return !root.equals("/");
        }
    }

    /** The mounts that this process sees. */
    public static MountTable ofSelf() throws IOException {
        return read(Path.of("/proc/self/mountinfo"));
    }

    /** The mounts that a process sees. */
    public static MountTable of(int pid) throws IOException {
        return read(Path.of("/proc/" + pid + "/mountinfo"));
    }

    /** Reads a file of that form. */
    public static MountTable read(Path file) throws IOException {
        // the kernel escapes white space and backslashes only: any other byte may be in a name
        return parse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    }

    /** The topmost mount at exactly that path; a later one hides the earlier. */
    public Optional<Entry> at(Path mountPoint) {
        Path wanted = mountPoint.toAbsolutePath().normalize();
        return entries.reversed().stream()
                .filter(entry -> entry.mountPoint().equals(wanted))
                .findFirst();
    }

    /** The mount that a path lies in. */
    public Optional<Entry> containing(Path path) {
        Path wanted = path.toAbsolutePath().normalize();
        Optional<Entry> best = Optional.empty();
        for (Entry entry : entries) {
            if (wanted.startsWith(entry.mountPoint())
                    && best.map(b -> entry.mountPoint().getNameCount()
                                    >= b.mountPoint().getNameCount())
                            .orElse(true)) {
                best = Optional.of(entry);
            }
        }
        return best;
    }

    /** Mounts at that path or below it, deepest last. */
    public List<Entry> below(Path path) {
        Path wanted = path.toAbsolutePath().normalize();
        return entries.stream()
                .filter(entry -> entry.mountPoint().startsWith(wanted))
                .toList();
    }

    static MountTable parse(String latin1) throws IOException {
        var entries = new ArrayList<Entry>();
        for (String line : latin1.split("\n", -1)) {
            if (!line.isEmpty()) {
                entries.add(entry(line));
            }
        }
        return new MountTable(entries);
    }

    private static Entry entry(String line) throws IOException {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
        List<String> fields = Arrays.asList(line.split(" ", -1));
        int dash = fields.subList(Math.min(6, fields.size()), fields.size()).indexOf("-") + 6;
        if (dash < 6 || fields.size() < dash + 4) {
            throw new IOException("mount table holds the line \"%s\", which is not of the form that proc(5) describes"
                    .formatted(line));
        }
        String[] device = fields.get(2).split(":", -1);
        try {
            return new Entry(
                    Integer.parseInt(fields.get(0)),
                    Integer.parseInt(fields.get(1)),
                    Integer.parseInt(device[0]),
                    Integer.parseInt(device[1]),
                    unescape(fields.get(3)),
                    Path.of(unescape(fields.get(4))),
                    List.of(fields.get(5).split(",", -1)),
                    fields.subList(6, dash),
                    unescape(fields.get(dash + 1)),
                    unescape(fields.get(dash + 2)),
                    List.of(unescape(fields.get(dash + 3)).split(",", -1)));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException(
                    "mount table holds the line \"%s\", which has no numbers where proc(5) has them".formatted(line),
                    e);
        }
    }

    /** {@code \\040} for a space, {@code \\011} tab, {@code \\012} newline, {@code \\134} backslash; bytes are UTF-8. */
    static String unescape(String field) {
        var bytes = new ByteArrayOutputStream(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 3 < field.length() && isOctal(field, i + 1)) {
                bytes.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean isOctal(String text, int from) {
        for (int i = from; i < from + 3; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '7') {
                return false;
            }
        }
        return true;
    }
}
