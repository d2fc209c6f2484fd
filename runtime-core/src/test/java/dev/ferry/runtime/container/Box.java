package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.monitor.LogFrames;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.seccomp.SeccompFilter;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.testing.OwnNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One launcher and what its test containers need: a root, cgroups, directories. Closing it removes the cgroups. */
final class Box implements AutoCloseable {
    final ContainerLauncher launcher;
    private final Path folder;
    private final Path root;
    private final CgroupHierarchies hierarchies;
    private final List<Cgroup> cgroups = new ArrayList<>();
    private final List<ContainerProcess> processes = new ArrayList<>();
    private int count;

    Box(Path folder, Path root) throws IOException {
        this.folder = folder;
        this.root = root;
        this.launcher = new ContainerLauncher(folder);
        this.hierarchies = CgroupHierarchies.ofHost();
    }

    /** The default configuration with own namespaces and a shell's command. */
    static DefaultSpec shell(String script) {
        return DefaultSpec.builder().arguments(List.of("/bin/sh", "-c", script)).freshNamespace(NamespaceKind.NETWORK);
    }

    LaunchRequest request(Spec spec, boolean keepStdin) throws IOException {
        return request(spec, keepStdin, Optional.empty());
    }

    LaunchRequest request(Spec spec, boolean keepStdin, Optional<SeccompFilter> filter) throws IOException {
        String name = "c" + ++count;
        Cgroup cgroup = hierarchies.create(new CgroupPath("/" + OwnNames.fresh()), LinuxResources.NONE);
        cgroups.add(cgroup);
        return new LaunchRequest(
                name,
                folder.resolve(name),
                folder.resolve(name + ".log"),
                spec,
                new RootFilesystem.Bind(root),
                filter,
                cgroup,
                keepStdin,
                false);
    }

    ContainerProcess create(LaunchRequest request) throws SpawnException, IOException {
        ContainerProcess process = launcher.create(request);
        processes.add(process);
        return process;
    }

    ContainerProcess start(LaunchRequest request) throws Exception {
        ContainerProcess process = create(request);
        process.start();
        return process;
    }

    void keep(ContainerProcess process) {
        processes.add(process);
    }

    /** Runs a shell's script to its end and answers what it wrote to both streams. */
    String output(String script) throws Exception {
        return output(shell(script).build());
    }

    String output(Spec spec) throws Exception {
        LaunchRequest request = request(spec, false);
        start(request).awaitExit();
        return text(request.log(), 0);
    }

    /** What a log holds of one stream, or of both for 0. */
    static String text(Path log, int stream) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var frames = LogFrames.open(log)) {
            for (Optional<LogFrame> frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                if (stream == 0 || frame.get().stream() == stream) {
                    bytes.writeBytes(frame.get().bytes());
                }
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Waits until a log holds a text. */
    static void awaitText(Path log, String wanted) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        StringBuilder read = new StringBuilder(); // of a log that may grow as fast as it is read
        try (var frames = LogFrames.open(log)) {
            while (read.indexOf(wanted) < 0) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("\"" + wanted + "\" never came; there is: " + read);
                }
                Optional<LogFrame> frame = frames.next();
                if (frame.isPresent()) {
                    read.append(new String(frame.get().bytes(), StandardCharsets.UTF_8));
                } else {
                    frames.awaitGrowth(Duration.ofSeconds(1));
                }
            }
        }
    }

    private static void awaitExit(ContainerProcess process) {
        try {
            process.awaitExit();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        for (ContainerProcess process : processes) {
            process.signal(9);
            awaitExit(process);
            process.close();
        }
        for (Cgroup cgroup : cgroups) {
            cgroup.delete(Duration.ofSeconds(10));
        }
        launcher.close();
    }
}
