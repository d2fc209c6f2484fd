package dev.ferry.bench.checkpoint;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.rpc.CriuInstallation;
import dev.ferry.criu.rpc.DumpStatistics;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.mount.MountTable;
import dev.ferry.runtime.oci.InvalidSpec;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.OciJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * {@code criu dump} and {@code criu restore} on the command line, for a container of Ferry's, with the options that Ferry gives. What
 * must be known beside the images it reads from a checkpoint that Ferry has taken of that container.
 */
final class BareCriu {
    private static final String NETWORK = "extRootNetNS";
    /** An end of 256 MiB of memory on a loaded machine takes part of a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CriuInstallation criu;
    private final Path place;
    private final Map<String, Path> bindMounts = new TreeMap<>();

    /**
     * @param place an own directory
     * @param example a checkpoint of the container by Ferry
     */
    BareCriu(CriuInstallation criu, Path place, Path example) throws IOException, CriuException, InvalidSpec {
        this.criu = criu;
        this.place = Files.createDirectories(place);
        CheckpointDirectory checkpoint = CheckpointDirectory.of(example);
        Map<String, String> keys = checkpoint.manifest().dump().mounts();
        for (Mount mount :
                OciJson.readSpec(checkpoint.file(CheckpointDirectory.SPEC)).mounts()) {
            String source = mount.source();
            if (keys.containsKey(mount.destination()) && source != null) {
                bindMounts.put(mount.destination(), Path.of(source));
            }
        }
    }

    /**
     * @param ended until CRIU ended
     * @param durable until its files were on the disk
     * @param frozen how long the container stood still, by CRIU's own count
     */
    record Dumped(Duration ended, Duration durable, Duration frozen) {}

    /** The images of the last dump are in {@link #images}. */
    Dumped dump(int pid, boolean leaveRunning) throws Exception {
        delete(images());
        Path directory = Files.createDirectories(images());
        List<String> command = new ArrayList<>(criu.command());
        command.addAll(List.of(
                "dump",
                "--tree",
                Integer.toString(pid),
                "--images-dir",
                directory.toString(),
                "--log-file",
                "dump.log",
                "--manage-cgroups",
                "--file-locks",
                "--link-remap",
                "--ghost-limit",
                Long.toString(CheckpointOptions.DEFAULT_GHOST_LIMIT),
                "--network-lock",
                "skip",
                "--external",
                network(pid) + ":" + NETWORK));
        if (leaveRunning) {
            command.add("--leave-running");
        }
        bindMounts.forEach((destination, source) ->
                command.addAll(List.of("--external", "mnt[" + destination + "]:" + destination)));
        long begun = System.nanoTime();
        run(command, directory.resolve("dump.log"));
        Duration ended = Duration.ofNanos(System.nanoTime() - begun);
        for (Path file : files(directory)) {
            try (var fd = OpenFiles.open(file, 0)) {
                OpenFiles.fsync(fd);
            }
        }
        return new Dumped(
                ended,
                Duration.ofNanos(System.nanoTime() - begun),
                DumpStatistics.read(directory.resolve("stats-dump")).frozen());
    }

    /**
     * Restores the last dump beside the container, whose root and network it borrows, and kills what came of it.
     *
     * @param pid the container's first process
     * @return from the execution of CRIU until everything ran
     */
    Duration restore(int pid) throws Exception {
        Path root = Files.createDirectories(place.resolve("root"));
        Path upper = Files.createDirectories(place.resolve("upper"));
        Path scratch = Files.createDirectories(place.resolve("scratch"));
        Path number = place.resolve("restored.pid");
        Files.deleteIfExists(number);
        String overlay = "lowerdir=" + layers(pid) + ",upperdir=" + upper + ",workdir=" + scratch;
        List<String> command = new ArrayList<>(criu.command());
        command.addAll(List.of(
                "restore",
                "--restore-detached",
                "--images-dir",
                images().toString(),
                "--log-file",
                "restore.log",
                "--pidfile",
                number.toString(),
                "--root",
                root.toString(),
                "--manage-cgroups",
                "--file-locks",
                "--link-remap",
                "--evasive-devices",
                "--network-lock",
                "skip",
                "--inherit-fd",
                "fd[9]:" + NETWORK));
        bindMounts.forEach(
                (destination, source) -> command.addAll(List.of("--external", "mnt[" + destination + "]:" + source)));
        // the mount is not CRIU's work, so its clock starts after it
        List<String> shell = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "sh",
                "-ec",
                "mount -t overlay overlay -o \"$1\" \"$2\"; exec 9<\"$3\"; date +%s%N; shift 3; exec \"$@\"",
                "sh",
                overlay,
                root.toString(),
                "/proc/" + pid + "/ns/net"));
        shell.addAll(command);
        String text = run(shell, images().resolve("restore.log"));
        Instant end = Instant.now();
        long started = Long.parseLong(text.lines().findFirst().orElseThrow().strip());
        try (PidFd restored =
                PidFd.open(Integer.parseInt(Files.readString(number).strip()))) {
            restored.sendSignal(ProcessConstants.SIGKILL);
            if (!restored.awaitExit(PATIENCE)) {
                throw new IOException("Process " + restored.pid() + ", restored by CRIU alone, did not die on SIGKILL"
                        + " within " + PATIENCE.toSeconds() + " s");
            }
        }
        delete(upper);
        delete(scratch);
        return Duration.between(Instant.ofEpochSecond(0, started), end);
    }

    /** Has a process fill so much memory and end. */
    static void useMemory(long bytes) throws Exception {
        run(List.of("dd", "if=/dev/zero", "of=/dev/null", "bs=" + bytes, "count=1"), Path.of("/dev/null"));
    }

    private Path images() {
        return place.resolve("images");
    }

    private static String network(int pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net"))
                .toString()
                .replace(":", "");
    }

    /** The layers of the container's root, its own writable one on top, for {@code lowerdir}. */
    private static String layers(int pid) throws IOException {
        List<String> options = MountTable.read(Path.of("/proc/" + pid + "/mountinfo")).entries().stream()
                .filter(entry -> entry.mountPoint().equals(Path.of("/")))
                .findFirst()
                .orElseThrow()
                .superOptions();
        String lower = "";
        String upper = "";
        for (String option : options) {
            if (option.startsWith("lowerdir=")) {
                lower = option.substring("lowerdir=".length());
            } else if (option.startsWith("upperdir=")) {
                upper = option.substring("upperdir=".length());
            }
        }
        return upper + ":" + lower;
    }

    private static String run(List<String> command, Path log) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // no hardware breakpoints, as Ferry has it: not every virtual machine has them
        builder.environment().put("CRIU_FAULT", "130");
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            throw new IOException("\"" + String.join(" ", command) + "\" failed: " + text
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size())));
        }
        return text;
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            for (Path file : files(directory).reversed()) {
                Files.delete(file);
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.toList();
        }
    }
}
