package dev.ferry.criu.checkpoint;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.rpc.CriuInstallation;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.LaunchRequest;
import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.monitor.LogFrames;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.namespace.NetworkNamespaces;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.TestRoot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What checkpoints of real containers need: a launcher, a checkpointer, a root, cgroups, networks. Closing it ends and removes everything. */
final class Rig {
    final Path folder;
    final ContainerLauncher launcher;
    final Checkpointer checkpointer;
    private final CgroupHierarchies hierarchies;
    final Path lower;
    private final List<Case> cases = new ArrayList<>();
    private int checkpoints;

    Rig(Path folder) throws Exception {
        this.folder = folder;
        this.launcher = new ContainerLauncher();
        this.checkpointer =
                new Checkpointer(CriuInstallation.locate(System.getenv()), launcher, folder.resolve("work"));
        this.hierarchies = CgroupHierarchies.ofHost();
        this.lower = TestRoot.makeIn(folder.resolve("lower"));
    }

    /** A container that a test makes, with what stays the same over its incarnations. */
    final class Case {
        final String id = OwnNames.fresh();
        final Path log = folder.resolve(id + ".log");
        final Path network = folder.resolve(id + ".net");
        final RootFilesystem root;
        final Spec spec;
        final boolean keepStdin;
        private final List<Cgroup> cgroups = new ArrayList<>();
        private int incarnation;
        ContainerProcess process;

        private Case(DefaultSpec spec, boolean overlay, boolean keepStdin) throws Exception {
            NetworkNamespaces.create(network);
            this.spec = spec.joinNamespace(NamespaceKind.NETWORK, network.toString())
                    .build();
            this.keepStdin = keepStdin;
            this.root = overlay ? overlay() : new RootFilesystem.Bind(lower);
            this.process = launcher.create(new LaunchRequest(
                    id, nextDirectory(), log, this.spec, root, Optional.empty(), nextCgroup(), keepStdin, false));
            cases.add(this);
            process.start();
        }

        private RootFilesystem overlay() throws IOException {
            Path upper = Files.createDirectories(folder.resolve(id + "/upper"));
            return new RootFilesystem.Overlay(
                    List.of(lower), upper, Files.createDirectories(folder.resolve(id + "/work")));
        }

        /** Of the newest incarnation, which may not have come to life. */
        Path directory() {
            return folder.resolve(id + "." + incarnation);
        }

        private Path nextDirectory() {
            return folder.resolve(id + "." + ++incarnation);
        }

        private Cgroup nextCgroup() throws IOException {
            Cgroup cgroup = hierarchies.create(new CgroupPath("/" + OwnNames.fresh()), LinuxResources.NONE);
            cgroups.add(cgroup);
            return cgroup;
        }

        Cgroup cgroup() {
            return cgroups.getLast();
        }

        CheckpointRequest request(CheckpointOptions options, FrozenWork frozen, PhaseListener listener) {
            return new CheckpointRequest(
                    id, process, spec, cgroup(), folder.resolve("cp" + ++checkpoints), "{}", options, frozen, listener);
        }

        CheckpointReport checkpoint() throws CriuException, IOException, InterruptedException {
            CheckpointReport report =
                    checkpointer.checkpoint(request(CheckpointOptions.DEFAULT, FrozenWork.NONE, PhaseListener.NONE));
            process.awaitExit();
            return report;
        }

        void restore(CheckpointDirectory checkpoint) throws CriuException, IOException {
            restore(checkpoint, PhaseListener.NONE);
        }

        void restore(CheckpointDirectory checkpoint, PhaseListener listener) throws CriuException, IOException {
            restore(checkpoint, listener, RestoreOptions.DEFAULT);
        }

        void restore(CheckpointDirectory checkpoint, PhaseListener listener, RestoreOptions options)
                throws CriuException, IOException {
            try (Verifying verifying = Verifying.start(checkpoint)) {
                RestoredContainer restored = checkpointer.restore(new RestoreRequest(
                        id,
                        verifying,
                        nextDirectory(),
                        log,
                        spec,
                        root,
                        Optional.of(network),
                        nextCgroup(),
                        options,
                        listener));
                process.close();
                process = restored.process();
            }
        }

        String output() throws IOException {
            return text(log);
        }

        void awaitOutput(String wanted) throws Exception {
            awaitThat(
                    () -> {
                        try {
                            return Files.exists(log) && output().contains(wanted);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    },
                    "\"" + wanted + "\" in the log");
        }

        /**
         * Makes {@code /tmp/go} appear inside. Through the container's own mount: a name that was looked up there in vain is remembered
         * as absent, whatever is put into the upper directory from outside.
         */
        void letGo() throws IOException {
            Files.createFile(Path.of("/proc", Integer.toString(process.initPid()), "root", "tmp", "go"));
        }

        private void end() throws Exception {
            process.signal(9);
            process.awaitExit();
            process.close();
            for (Cgroup cgroup : cgroups) {
                cgroup.delete(Duration.ofSeconds(10));
            }
            NetworkNamespaces.remove(network);
        }
    }

    Case start(String script) throws Exception {
        return new Case(shell(script), true, false);
    }

    Case start(DefaultSpec spec, boolean overlay, boolean keepStdin) throws Exception {
        return new Case(spec, overlay, keepStdin);
    }

    static DefaultSpec shell(String script) {
        return DefaultSpec.builder().arguments(List.of("/bin/sh", "-c", script));
    }

    /** What a log holds of both streams. */
    static String text(Path log) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (LogFrames frames = LogFrames.open(log)) {
            for (Optional<LogFrame> frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                bytes.writeBytes(frame.get().bytes());
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Waits until a condition holds, looking every few milliseconds. */
    static void awaitThat(BooleanSupplier condition, String what) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("never came: " + what);
            }
            Thread.sleep(5);
        }
    }

    void close() throws Exception {
        for (Case each : cases) {
            each.end();
        }
        launcher.close();
    }
}
