package dev.ferry.runtime.bundle;

import dev.ferry.runtime.bundle.BundleRuntime.Held;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.container.RuntimeLauncher;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The verbs {@code checkpoint} and {@code restore}: what they do to the state of a container, around what CRIU does to its processes. */
final class CheckpointVerbs {
    private final BundleRuntime runtime;

    CheckpointVerbs(BundleRuntime runtime) {
        this.runtime = runtime;
    }

    void checkpoint(String id, CheckpointFlags flags) throws RuntimeRefused, IOException {
        Held held = runtime.hold(id);
        ProcessId init = held.record().init();
        boolean runs = held.status() == BundleStatus.RUNNING || held.status() == BundleStatus.PAUSED;
        if (!runs || init == null) {
            throw new RuntimeRefused("Container cannot be checkpointed in %s state: \"%s\"; start it"
                    .formatted(held.status().word(), id));
        }
        List<String> descriptors = held.record().descriptors();
        BundleCheckpoints checkpoints = BundleCheckpoints.find();
        requireUntouched(id, checkpoints, held.directory());
        checkpoints.checkpoint(
                new BundleCheckpoints.Running(
                        id,
                        held.directory(),
                        init,
                        BundleRuntime.spec(held.directory()),
                        runtime.cgroup(held.record()),
                        descriptors == null ? StandardDescriptors.of(init.pid()) : descriptors,
                        runtime.root),
                flags);
    }

    private static void requireUntouched(String id, BundleCheckpoints checkpoints, Path directory)
            throws RuntimeRefused, IOException {
        if (checkpoints.isAtWork(directory)) {
            throw new RuntimeRefused(
                    "another checkpoint of \"%s\" is being made; wait for it, or \"delete --force\" the container"
                            .formatted(id));
        }
    }

    /** Ends the CRIU of a call that has died, before what it works on is taken away. */
    static void endCriu(Path directory, Cgroup cgroup) throws RuntimeRefused, IOException {
        if (Files.exists(directory.resolve(BundleCheckpoints.CRIU))) {
            BundleCheckpoints.find().end(directory, cgroup);
        }
    }

    int restore(String id, Optional<Bundle> given, CheckpointFlags flags, BundleRuntime.Options options)
            throws RuntimeRefused, IOException {
        Refusals.requireUsable(id);
        Path directory = runtime.root.resolve(id);
        Optional<Held> stopped = stopped(id, directory);
        Bundle bundle = given.isPresent() ? given.get() : known(stopped);
        Refusals.requireRestorable(bundle.spec().linux());
        SecurityModules.ofHost().require(bundle.spec().process(), bundle.spec().linux());
        Refusals.requireConsole(bundle.spec().process(), options);
        BundleCheckpoints checkpoints = BundleCheckpoints.find();
        CgroupMaker maker = runtime.cgroupMaker(id, bundle.spec());
        Preparation.requireEmpty(maker.cgroup());
        if (stopped.isEmpty()) {
            claim(id, directory);
        }
        CgroupMaker made = null;
        boolean done = false;
        BundleRecord record = BundleRecord.fresh(id, bundle, maker);
        try {
            if (stopped.isEmpty() || !stopped.get().record().cgroup().equals(record.cgroup())) {
                // whoever deletes what a call that died has left must know the cgroup
                record.write(directory);
            }
            try (CgroupMaker.Made held = BundleRuntime.make(maker, bundle.spec(), directory)) {
                made = maker;
                var gone = new BundleCheckpoints.Gone(
                        id, directory, bundle.spec(), bundle.root(), held.cgroup(), options.console(), runtime.root);
                int pid = checkpoints.restore(gone, flags, new Noting(record, bundle, directory, options));
                done = true;
                if (stopped.isPresent() && !stopped.get().record().cgroup().equals(record.cgroup())) {
                    runtime.maker(stopped.get().record()).remove(BundleRuntime.PATIENCE);
                }
                return pid;
            }
        } finally {
            if (!done) {
                if (made != null) {
                    made.remove(BundleRuntime.PATIENCE);
                }
                if (stopped.isPresent()) {
                    stopped.get().record().write(directory);
                } else {
                    BundleRuntime.deleteTree(directory);
                }
            }
        }
    }

    private void claim(String id, Path directory) throws RuntimeRefused, IOException {
        Files.createDirectories(runtime.root);
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            throw taken(id);
        }
    }

    private static RuntimeRefused taken(String id) {
        return new RuntimeRefused(
                "container with given ID already exists: \"%s\"; delete that one, or use another ID".formatted(id));
    }

    /** One that has ended may come back under its name; any other has it. */
    private Optional<Held> stopped(String id, Path directory) throws RuntimeRefused, IOException {
        if (!Files.exists(directory)) {
            return Optional.empty();
        }
        Held held = null;
        if (BundleRecord.read(directory).isPresent()) {
            held = runtime.hold(id);
        }
        if (held == null || held.status() != BundleStatus.STOPPED) {
            throw taken(id);
        }
        return Optional.of(held);
    }

    private static Bundle known(Optional<Held> stopped) throws RuntimeRefused, IOException {
        if (stopped.isEmpty()) {
            return Bundle.read(Path.of(""));
        }
        BundleRecord record = stopped.get().record();
        Path directory = stopped.get().directory();
        return new Bundle(
                Path.of(record.bundle()),
                BundleRuntime.spec(directory),
                Path.of(record.rootfs()),
                Files.readAllBytes(directory.resolve(BundleRuntime.CONFIG)));
    }

    /** Writes down who it is before it runs. */
    private static final class Noting implements BundleCheckpoints.Witness {
        private final BundleRecord record;
        private final Bundle bundle;
        private final Path directory;
        private final BundleRuntime.Options options;

        Noting(BundleRecord record, Bundle bundle, Path directory, BundleRuntime.Options options) {
            this.record = record;
            this.bundle = bundle;
            this.directory = directory;
            this.options = options;
        }

        @Override
        public void namespacesMade(int pid) throws IOException {
            Spec spec = bundle.spec();
            @Nullable Hooks hooks = spec.hooks();
            if (hooks != null) {
                var creating = BundleRuntime.state(record, spec, BundleStatus.CREATING, pid);
                HookRunner.run("prestart", hooks.prestart(), creating);
                HookRunner.run("createRuntime", hooks.createRuntime(), creating);
            }
        }

        @Override
        public void restored(int pid) throws IOException {
            ProcessId init = ProcessId.of(pid)
                    .orElseThrow(() -> new IOException("process " + pid + " ended while it was restored"));
            Files.write(directory.resolve(BundleRuntime.CONFIG), bundle.json());
            RuntimeLauncher.removeGate(directory);
            record.withInit(init).write(directory);
            if (options.pidFile().isPresent()) {
                BundleRuntime.writePid(options.pidFile().get(), pid);
            }
        }
    }
}
