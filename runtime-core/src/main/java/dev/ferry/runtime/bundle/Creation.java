package dev.ferry.runtime.bundle;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.container.IdMaps;
import dev.ferry.runtime.container.RuntimeLauncher;
import dev.ferry.runtime.container.StartFailed;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxNamespace;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.oci.State;
import dev.ferry.runtime.seccomp.SeccompFilter;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How one container comes to its gate: what is done for it from outside while it waits in its namespaces. */
final class Creation {
    private final BundleRecord record;
    private final Path directory;
    private final Spec spec;
    private final Cgroup cgroup;
    private final Hooks hooks;

    Creation(BundleRecord record, Path directory, Spec spec, Cgroup cgroup) {
        this.record = record;
        this.directory = directory;
        this.spec = spec;
        this.cgroup = cgroup;
        this.hooks = spec.hooks() == null ? Hooks.NONE : spec.hooks();
    }

    /** Returns its process id. Nothing of it runs when it fails. */
    int run(Path rootfs, Optional<SeccompFilter> filter, BundleRuntime.Options options)
            throws StartFailed, SpawnException, IOException {
        if (hooks.createContainer().isEmpty() && hooks.startContainer().isEmpty()) {
            return listened(rootfs, filter, options, Optional.empty());
        }
        try (Fd creating = MemFd.create("creating");
                Fd created = MemFd.create("created");
                Fd output = MemFd.create("output")) {
            return listened(
                    rootfs, filter, options, Optional.of(new RuntimeLauncher.HookFiles(creating, created, output)));
        }
    }

    private int listened(
            Path rootfs,
            Optional<SeccompFilter> filter,
            BundleRuntime.Options options,
            Optional<RuntimeLauncher.HookFiles> files)
            throws StartFailed, SpawnException, IOException {
        try (ListenedFilter listened = ListenedFilter.of(spec.linux(), filter)) {
            var request = new RuntimeLauncher.Request(
                    record.id(),
                    directory,
                    spec,
                    rootfs,
                    filter,
                    cgroup,
                    options.console(),
                    options.kept(),
                    files,
                    listened.listener(),
                    options.manners());
            return new RuntimeLauncher(directory).create(request, pid -> {
                outside(pid, files);
                listened.tell(pid, state(BundleStatus.CREATED, pid));
            });
        }
    }

    private void outside(int pid, Optional<RuntimeLauncher.HookFiles> files) throws IOException {
        Linux linux = spec.linux();
        if (linux != null && linux.namespace(NamespaceKind.USER).isPresent()) {
            map(pid, linux);
        }
        NetworkDevices.move(linux, pid);
        if (linux != null && linux.intelRdt() != null) {
            ResourceControl.ofHost().place(record.id(), linux.intelRdt(), pid);
        }
        State creating = state(BundleStatus.CREATING, pid);
        HookRunner.run("prestart", hooks.prestart(), creating);
        HookRunner.run("createRuntime", hooks.createRuntime(), creating);
        if (files.isPresent()) {
            OpenFiles.writeAt(files.get().creating(), 0, OciJson.write(creating));
            OpenFiles.writeAt(files.get().created(), 0, OciJson.write(state(BundleStatus.CREATED, pid)));
        }
    }

    /** What root of a user namespace may not do for itself. */
    private void map(int pid, Linux linux) throws IOException {
        Path proc = Path.of("/proc").resolve(Integer.toString(pid));
        if (linux.namespace(NamespaceKind.USER).map(LinuxNamespace::path).isEmpty()) {
            IdMaps.write(pid, linux.uidMappings(), linux.gidMappings());
        }
        for (Path procs : cgroup.procsFiles()) {
            Files.writeString(procs, Integer.toString(pid));
        }
        Process process = spec.process();
        if (process != null && process.oomScoreAdj() != null) {
            try {
                Files.writeString(proc.resolve("oom_score_adj"), Integer.toString(process.oomScoreAdj()));
            } catch (IOException e) {
                // lowering it takes CAP_SYS_RESOURCE: whoever lacks that keeps what it has
            }
        }
    }

    private State state(BundleStatus status, int pid) {
        return new State(Spec.VERSION, record.id(), status.word(), pid, record.bundle(), spec.annotations());
    }
}
