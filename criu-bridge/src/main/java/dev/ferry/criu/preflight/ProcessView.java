package dev.ferry.criu.preflight;

import dev.ferry.runtime.mount.MountTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One process as /proc shows it. Every method reads afresh, and fails with an IOException once the process is gone. proc(5) */
final class ProcessView {
    private static final long PF_EXITING = 4;

    private final Path directory;
    private final int pid;

    ProcessView(Path proc, int pid) {
        this.directory = proc.resolve(Integer.toString(pid));
        this.pid = pid;
    }

    /** A descriptor and what it stands for, as the link in /proc says: a path, {@code pipe:[4711]}, {@code anon_inode:[eventpoll]}. */
    record OpenFile(int number, String target) {
        boolean isPath() {
            return target.startsWith("/");
        }
    }

    /** Another process of the same /proc. */
    ProcessView sibling(int other) {
        return new ProcessView(directory.resolveSibling(""), other);
    }

    int pid() {
        return pid;
    }

    /** Whether it is there and not over: of a zombie most files can not be read any more, some with EINVAL. */
    boolean exists() {
        try {
            String state = status().getOrDefault("State", "");
            return !state.startsWith("Z") && !state.startsWith("X");
        } catch (IOException gone) {
            return false;
        }
    }

    /** Whether it is on its way out, or gone: PF_EXITING among the flags of stat. */
    boolean isEnding() {
        try {
            String stat = text("stat");
            // state, ppid, pgrp, session, tty_nr, tpgid, flags follow the name, which may hold anything
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 8);
            return (Long.parseLong(fields[6]) & PF_EXITING) != 0;
        } catch (IOException gone) {
            return true;
        }
    }

    /** "pid 17 (nginx)" */
    String name() {
        try {
            return "pid " + pid + " (" + text("comm").strip() + ")";
        } catch (IOException e) {
            return "pid " + pid;
        }
    }

    Map<String, String> status() throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line : text("status").lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    /** Bytes of memory that a dump will have to hold: what no file backs. */
    static long privateBytes(Map<String, String> status) {
        return 1024 * (kilobytes(status, "RssAnon") + kilobytes(status, "RssShmem") + kilobytes(status, "VmSwap"));
    }

    private static long kilobytes(Map<String, String> status, String field) {
        String value = status.get(field);
        return value == null ? 0 : Long.parseLong(value.split(" ", 2)[0]);
    }

    String namespace(String kind) throws IOException {
        return link("ns/" + kind);
    }

    String root() throws IOException {
        return link("root");
    }

    List<OpenFile> openFiles() throws IOException {
        List<OpenFile> files = new ArrayList<>();
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(directory.resolve("fd"))) {
            for (Path number : numbers) {
                try {
                    files.add(new OpenFile(
                            Integer.parseInt(number.getFileName().toString()),
                            Files.readSymbolicLink(number).toString()));
                } catch (IOException closedMeanwhile) {
                    // only what stays open matters
                }
            }
        }
        return files;
    }

    /** The lines of /proc/PID/fdinfo/N. */
    List<String> details(OpenFile file) throws IOException {
        return text("fdinfo/" + file.number()).lines().toList();
    }

    /** Number of the mount that an open file lies in; -1 if unknown. */
    int mountId(OpenFile file) throws IOException {
        for (String line : details(file)) {
            if (line.startsWith("mnt_id:")) {
                return Integer.parseInt(line.substring("mnt_id:".length()).strip());
            }
        }
        return -1;
    }

    /** An attribute of the open file itself, whatever its name is now: "size", "nlink", "dev". */
    Object attribute(OpenFile file, String attribute) throws IOException {
        Object value = Files.getAttribute(
                directory.resolve("fd").resolve(Integer.toString(file.number())), "unix:" + attribute);
        if (value == null) {
            throw new IOException("attribute \"" + attribute + "\" is absent");
        }
        return value;
    }

    /** Device number of a path inside the process's root. */
    Object deviceAt(String inside) throws IOException {
        Object value = Files.getAttribute(directory.resolve("root" + inside), "unix:dev");
        if (value == null) {
            throw new IOException("attribute \"dev\" is absent");
        }
        return value;
    }

    /** Names of mapped files and objects, without repeats. */
    Set<String> mappedNames() throws IOException {
        Set<String> names = new HashSet<>();
        for (String line : text("maps").lines().toList()) {
            // address perms offset dev inode name: the name is the rest, with its spaces
            String[] fields = line.split(" +", 6);
            if (fields.length == 6) {
                names.add(fields[5]);
            }
        }
        return names;
    }

    MountTable mounts() throws IOException {
        return MountTable.read(directory.resolve("mountinfo"));
    }

    /** Hierarchies, by controllers, in which the process sits in the topmost group. */
    List<String> rootCgroups() throws IOException {
        List<String> names = new ArrayList<>();
        for (String line : text("cgroup").lines().toList()) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3 && "/".equals(fields[2])) {
                names.add(fields[1].isEmpty() ? "unified" : fields[1]);
            }
        }
        return names;
    }

    /** Socket numbers of established TCP connections in the process's network namespace. */
    Set<String> establishedSockets() throws IOException {
        Set<String> inodes = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            List<String> lines;
            try {
                lines = text(table).lines().toList();
            } catch (IOException absent) {
                // a kernel without IPv6
                continue;
            }
            for (String line : lines) {
                String[] fields = line.strip().split(" +", -1);
                // sl local remote st tx:rx tr:tm retrnsmt uid timeout inode; state 01 is established
                if (fields.length > 9 && "01".equals(fields[3])) {
                    inodes.add("socket:[" + fields[9] + "]");
                }
            }
        }
        return inodes;
    }

    private String link(String name) throws IOException {
        return Files.readSymbolicLink(directory.resolve(name)).toString();
    }

    private String text(String name) throws IOException {
        return new String(Files.readAllBytes(directory.resolve(name)), StandardCharsets.ISO_8859_1);
    }
}
