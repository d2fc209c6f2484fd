package dev.ferry.bench.checkpoint;

import dev.ferry.bench.start.BenchPlace;
import dev.ferry.bench.start.PreparedBundle;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.checkpoint.CheckpointReport;
import dev.ferry.criu.checkpoint.CheckpointRequest;
import dev.ferry.criu.checkpoint.Checkpointer;
import dev.ferry.criu.checkpoint.FrozenWork;
import dev.ferry.criu.checkpoint.PhaseListener;
import dev.ferry.criu.checkpoint.RestoreOptions;
import dev.ferry.criu.checkpoint.RestoreReport;
import dev.ferry.criu.checkpoint.RestoreRequest;
import dev.ferry.criu.checkpoint.RestoredContainer;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.LaunchRequest;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.namespace.NetworkNamespaces;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A container whose one process holds some memory and does nothing. Closing it ends it and removes what it had. */
final class MemoryHolder implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ID = "memory";
    private static final int SIGKILL = 9;

    private final Path directory;
    private final CgroupHierarchies hierarchies = CgroupHierarchies.ofHost();
    private final CgroupPath parent = new CgroupPath(BenchPlace.cgroupName() + "-memory");
    private final List<Cgroup> cgroups = new ArrayList<>();
    private final Path network;
    private final PreparedBundle bundle;
    private final RootFilesystem.Overlay root;
    private final Spec spec;
    private ContainerProcess process;
    private int incarnations;

    MemoryHolder(BenchPlace place, ContainerLauncher launcher, long bytes) throws Exception {
        this.directory = Files.createDirectories(place.path().resolve(ID));
        this.network = directory.resolve("net");
        // dd reads the whole block into its memory and then waits for somebody to read the pipe
        this.bundle = PreparedBundle.ofBusybox(
                place, List.of("/bin/sh", "-c", "dd if=/dev/zero bs=" + bytes + " count=1 | sleep 1000000"));
        NetworkNamespaces.create(network);
        this.root = bundle.prepareRoot(ID);
        Cgroup cgroup = nextCgroup();
        this.spec = bundle.spec(network, cgroup.path().toString());
        this.process = launcher.create(new LaunchRequest(
                ID, nextDirectory(), directory.resolve("log"), spec, root, Optional.empty(), cgroup, false, false));
        process.start();
        awaitMemory(bytes);
    }

    int pid() {
        return process.initPid();
    }

    /** The network namespace in CRIU's words: {@code net[inode]}. */
    String networkKey() throws IOException {
        return "net[" + NetworkNamespaces.inode(network) + "]";
    }

    CheckpointReport checkpoint(Checkpointer checkpointer, Path target, boolean leaveRunning) throws Exception {
        CheckpointReport report = checkpointer.checkpoint(new CheckpointRequest(
                ID,
                process,
                spec,
                cgroups.getLast(),
                target,
                "{}",
                CheckpointOptions.DEFAULT.withLeaveRunning(leaveRunning),
                FrozenWork.NONE,
                PhaseListener.NONE));
        if (!leaveRunning) {
            process.awaitExit();
            process.close();
        }
        return report;
    }

    RestoreReport restore(Checkpointer checkpointer, CheckpointDirectory checkpoint) throws Exception {
        RestoredContainer restored = checkpointer.restore(new RestoreRequest(
                ID,
                checkpoint,
                nextDirectory(),
                directory.resolve("log"),
                spec,
                root,
                Optional.of(network),
                nextCgroup(),
                RestoreOptions.DEFAULT,
                PhaseListener.NONE));
        process = restored.process();
        return restored.report();
    }

    @Override
    public void close() throws IOException {
        process.signal(SIGKILL);
        try {
            process.awaitExit();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // what follows waits for the processes by itself
        }
        process.close();
        for (Cgroup cgroup : cgroups.reversed()) {
            cgroup.delete(PATIENCE);
        }
        hierarchies.open(parent).delete(PATIENCE);
        NetworkNamespaces.remove(network);
        bundle.close();
    }

    private Path nextDirectory() {
        return directory.resolve("incarnation-" + ++incarnations);
    }

    private Cgroup nextCgroup() throws IOException {
        Cgroup cgroup = hierarchies.create(parent.child(ID + "-" + cgroups.size()), LinuxResources.NONE);
        cgroups.add(cgroup);
        return cgroup;
    }

    private void awaitMemory(long bytes) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (resident() < bytes) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the container does not hold " + bytes + " bytes after " + PATIENCE.toSeconds()
                        + " s: is there enough memory?");
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /** Of the container's processes, the largest. proc_pid_statm(5) */
    private long resident() throws IOException {
        long most = 0;
        for (int pid : cgroups.getLast().pids()) {
            Path file = Path.of("/proc/" + pid + "/statm");
            try (Stream<String> lines = Files.lines(file)) {
                String[] fields = lines.findFirst().orElse("0 0").split(" ", -1);
                most = Math.max(most, Long.parseLong(fields[1]) * 4096);
            } catch (IOException | java.io.UncheckedIOException e) {
                if (Files.exists(file)) {
                    throw e;
                }
            }
        }
        return most;
    }
}
