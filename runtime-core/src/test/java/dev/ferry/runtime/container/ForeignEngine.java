package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.LinuxResources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * An engine that has another runtime run one container, says so by a file, and then waits to be killed; its process id lies in a file before
 * that. Arguments: folder, root, name of the cgroup, program of the runtime, script.
 */
final class ForeignEngine {
    static final String PID = "engine.pid";
    static final String STARTED = "started";

    private ForeignEngine() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Files.writeString(
                folder.resolve(PID), Long.toString(ProcessHandle.current().pid()));
        var launcher = new ContainerLauncher(folder);
        Cgroup cgroup = CgroupHierarchies.ofHost().create(new CgroupPath("/" + args[2]), LinuxResources.NONE);
        launcher.run(
                new LaunchRequest(
                        "c1",
                        folder.resolve("c1"),
                        folder.resolve("c1.log"),
                        Box.shell(args[4])
                                .cgroupsPath(cgroup.path().value())
                                .environment(List.of("PATH=/bin"))
                                .build(),
                        new RootFilesystem.Bind(Path.of(args[1])),
                        Optional.empty(),
                        cgroup,
                        true,
                        false),
                new ForeignRuntime("other", Path.of(args[3]), folder.resolve("runtime")));
        Files.createFile(folder.resolve(STARTED));
        new CountDownLatch(1).await();
    }
}
