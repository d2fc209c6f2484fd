package dev.ferry.bench.start;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.ExitRecord;
import dev.ferry.runtime.container.LaunchRequest;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.namespace.NetworkNamespaces;
import dev.ferry.runtime.seccomp.SeccompCompiler;
import dev.ferry.runtime.seccomp.SeccompFilter;
import dev.ferry.runtime.spawn.StageStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ferry's runtime in this process, warm, as the engine uses it: the filter is compiled once, and everything that is made anew for
 * each container counts (writable layer, network namespace, control groups with limits, program, monitor, init).
 */
final class FerrySubject implements Subject {
    /** The runtime in this process. */
    static final String NAME = "ferry";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Bundle bundle;
    private final Path directory;
    private final boolean profiled;
    private final CgroupHierarchies hierarchies;
    private final CgroupPath parent;
    private final SeccompFilter filter;
    private final ContainerLauncher launcher;
    private int starts;

    FerrySubject(Bundle bundle, Path directory, Path tools, boolean profiled) throws Exception {
        this.bundle = bundle;
        this.directory = Files.createDirectories(directory);
        this.profiled = profiled;
        this.hierarchies = CgroupHierarchies.ofHost();
        this.parent = new CgroupPath(BenchPlace.cgroupName() + (profiled ? "-profiled" : ""));
        SeccompCompiler compiler = SeccompCompiler.ofHost(Optional.of(tools), Optional.empty());
        this.filter = compiler.compile(bundle.seccomp());
        this.launcher = new ContainerLauncher(directory, hierarchies.ensure(parent.child("monitors")));
        launcher.warmUp();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Ferry's runtime in this process, " + "filter of " + filter.instructions() + " instructions";
    }

    @Override
    public Timing start() throws Exception {
        String id = "start-" + starts++;
        Path own = directory.resolve(id);
        Path pin = directory.resolve(id + ".net");
        Map<String, Duration> stages = new LinkedHashMap<>();
        Timing.Watch watch = new Timing.Watch();
        RootFilesystem root = bundle.prepareRoot(id);
        watch.stage(stages, "engine: writable layer");
        NetworkNamespaces.create(pin);
        watch.stage(stages, "engine: network namespace");
        Cgroup cgroup = hierarchies.create(parent.child(id), bundle.limits());
        watch.stage(stages, "engine: control groups");
        long begun = System.nanoTime();
        Files.createDirectory(own);
        LaunchRequest request = new LaunchRequest(
                id,
                own,
                own.resolve("log"),
                bundle.spec(pin, cgroup.path().toString()),
                root,
                Optional.of(filter),
                cgroup,
                false,
                profiled);
        try (ContainerProcess container = launcher.run(request)) {
            watch.passed(Timing.Measure.EXECUTED);
            long executed = System.nanoTime();
            ExitRecord exit = container.awaitExit();
            watch.passed(Timing.Measure.ENDED);
            if (exit.exitCode() != 0) {
                throw new IOException(
                        "\"" + String.join(" ", bundle.arguments()) + "\" ended with code " + exit.exitCode());
            }
            stages(stages, container.stamps(), begun, executed);
        } finally {
            cgroup.delete(PATIENCE);
            NetworkNamespaces.remove(pin);
            bundle.removeRoot(id);
            Leftovers.delete(own);
        }
        watch.passed(Timing.Measure.GONE);
        return watch.timing(profiled ? stages : Map.of());
    }

    @Override
    public void close() throws IOException {
        launcher.close();
        hierarchies.open(parent).delete(PATIENCE);
    }

    /** Each stage lasts until the next stamp; the last one, the exec, until it was seen here. */
    private static void stages(Map<String, Duration> stages, List<StageStamp> unordered, long begun, long executed) {
        List<StageStamp> stamps = new ArrayList<>(unordered);
        stamps.removeIf(stamp -> stamp.at().isZero() || stamp.at().toNanos() > executed);
        stamps.sort((a, b) -> a.at().compareTo(b.at()));
        if (stamps.isEmpty()) {
            return;
        }
        stages.put("engine: program, spawn", stamps.getFirst().at().minusNanos(begun));
        for (int i = 0; i < stamps.size(); i++) {
            long end = i + 1 < stamps.size() ? stamps.get(i + 1).at().toNanos() : executed;
            stages.merge(
                    stamps.get(i).stage(),
                    Duration.ofNanos(end - stamps.get(i).at().toNanos()),
                    Duration::plus);
        }
    }
}
