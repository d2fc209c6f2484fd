package dev.ferry.runtime.bundle;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.container.RuntimeLauncher;
import dev.ferry.runtime.container.StartFailed;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.IdMapping;
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
import java.util.List;
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
            return run(rootfs, filter, options, Optional.empty());
        }
        try (Fd creating = MemFd.create("creating");
                Fd created = MemFd.create("created");
                Fd output = MemFd.create("output")) {
            return run(rootfs, filter, options, Optional.of(new RuntimeLauncher.HookFiles(creating, created, output)));
        }
    }

    private int run(
            Path rootfs,
            Optional<SeccompFilter> filter,
            BundleRuntime.Options options,
            Optional<RuntimeLauncher.HookFiles> files)
            throws StartFailed, SpawnException, IOException {
        var request = new RuntimeLauncher.Request(
                record.id(), directory, spec, rootfs, filter, cgroup, options.console(), options.kept(), files);
        return new RuntimeLauncher(directory).create(request, pid -> outside(pid, files));
    }

    private void outside(int pid, Optional<RuntimeLauncher.HookFiles> files) throws IOException {
        Linux linux = spec.linux();
        if (linux != null && linux.namespace(NamespaceKind.USER).isPresent()) {
            map(pid, linux);
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
            // groups first or users first is the same to a writer who is privileged. user_namespaces(7)
            write(proc.resolve("uid_map"), lines(linux.uidMappings()));
            write(proc.resolve("gid_map"), lines(linux.gidMappings()));
        }
        for (Path procs : cgroup.procsFiles()) {
            write(procs, Integer.toString(pid));
        }
        Process process = spec.process();
        if (process != null && process.oomScoreAdj() != null) {
            try {
                write(proc.resolve("oom_score_adj"), Integer.toString(process.oomScoreAdj()));
            } catch (IOException e) {
                // lowering it takes CAP_SYS_RESOURCE: whoever lacks that keeps what it has
            }
        }
    }

    /** One write: the kernel takes a map as a whole. */
    private static void write(Path file, String text) throws IOException {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new IOException("cannot write \"%s\" to \"%s\": %s".formatted(text.strip(), file, e.getMessage()), e);
        }
    }

    private static String lines(List<IdMapping> mappings) {
        var lines = new StringBuilder();
        for (IdMapping mapping : mappings) {
            lines.append(mapping.containerID())
                    .append(' ')
                    .append(mapping.hostID())
                    .append(' ')
                    .append(mapping.size())
                    .append('\n');
        }
        return lines.toString();
    }

    private State state(BundleStatus status, int pid) {
        return new State(Spec.VERSION, record.id(), status.word(), pid, record.bundle(), spec.annotations());
    }
}
