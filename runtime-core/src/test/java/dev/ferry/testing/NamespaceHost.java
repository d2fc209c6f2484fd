package dev.ferry.testing;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.CloneFlags;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A host as far as programs can see: own network, mounts, process numbers, name and message queues, on this kernel and on the same disk.
 *
 * <p>Its first process waits for this JVM at a pipe and ends with it; with the first process the kernel ends all others, and with the last of
 * them the namespaces with their mounts and interfaces: a test that is killed leaves nothing either.
 */
public final class NamespaceHost implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;
    private static final String UP = "up";
    /** A shell that waits for a line takes note of the end of every orphan meanwhile. */
    private static final String INIT = "ip link set lo up && echo " + UP + " && while read -r _; do :; done";

    private final Process unshare;
    private final ProcessHandle init;

    private NamespaceHost(Process unshare, ProcessHandle init) {
        this.unshare = unshare;
        this.init = init;
    }

    /** Makes one; root only. */
    public static NamespaceHost start() throws IOException, InterruptedException {
        Process unshare = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--net",
                        "--pid",
                        "--uts",
                        "--ipc",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        "bash",
                        "-c",
                        INIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = unshare.inputReader(StandardCharsets.UTF_8);
        if (!UP.equals(said.readLine())) {
            throw new IOException("a host of namespaces did not come up: unshare ended with " + unshare.waitFor());
        }
        return new NamespaceHost(unshare, unshare.children().findFirst().orElseThrow());
    }

    /** The number of its first process here; there it is 1. */
    public long init() {
        return init.pid();
    }

    /** The same command, to be started here and to run there. What is started ends when the command ends. */
    public List<String> command(List<String> words) {
        List<String> command = new ArrayList<>(List.of("nsenter", "--target", Long.toString(init.pid())));
        command.addAll(List.of("--mount", "--net", "--pid", "--uts", "--ipc", "--"));
        command.addAll(words);
        return command;
    }

    /** The process itself that a {@link #command} became, for signals: what was started here only waits for it. */
    public static ProcessHandle inside(Process started) throws InterruptedException {
        while (started.isAlive()) {
            Optional<ProcessHandle> child = started.children().findFirst();
            if (child.isPresent()) {
                return child.get();
            }
            Thread.sleep(1);
        }
        return started.toHandle();
    }

    /** Runs a command there to its end. */
    public String run(String... words) throws IOException, InterruptedException {
        return runHere(command(List.of(words)));
    }

    static String runHere(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("\"" + String.join(" ", command) + "\" failed: " + text.strip());
        }
        return text;
    }

    /** Does work of this JVM in its network. Sockets made there stay there, and threads started there too. */
    public <T> T inNetwork(NamespaceThread.Work<T> work) throws IOException {
        try (Fd network =
                OpenFiles.open(Path.of("/proc/" + init.pid() + "/ns/net"), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC)) {
            return NamespaceThread.inside(network, CloneFlags.CLONE_NEWNET, work);
        }
    }

    /** What is mounted there, in lines of /proc/PID/mountinfo. */
    public List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + init.pid() + "/mountinfo"));
    }

    /** The namespaces that this host was made of, as the kernel names them. */
    public List<String> namespaces() throws IOException {
        List<String> names = new ArrayList<>();
        for (String kind : List.of("net", "mnt", "pid", "uts", "ipc")) {
            names.add(Files.readSymbolicLink(Path.of("/proc/" + init.pid() + "/ns/" + kind))
                    .toString());
        }
        return names;
    }

    /** Processes there that are not what makes it a host. */
    public List<Long> guests() throws IOException {
        return membersOf(namespaces()).stream()
                .filter(pid -> pid != init.pid() && pid != unshare.pid())
                .toList();
    }

    /** Processes that are in one of those namespaces. */
    public static List<Long> membersOf(List<String> namespaces) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> isIn(pid, namespaces))
                .toList();
    }

    private static boolean isIn(long pid, List<String> namespaces) {
        try (Stream<Path> links = Files.list(Path.of("/proc/" + pid + "/ns"))) {
            for (Path link : links.toList()) {
                if (namespaces.contains(Files.readSymbolicLink(link).toString())) {
                    return true;
                }
            }
            return false;
        } catch (IOException gone) {
            return false;
        }
    }

    /** Ends all its processes. */
    @Override
    public void close() throws IOException {
        unshare.getOutputStream().close();
        try {
            if (!unshare.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                unshare.destroyForcibly();
                throw new IOException("a host of namespaces did not end within " + PATIENCE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            unshare.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
