package dev.ferry.runtime.container;

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
 * An engine that brings containers up, says so by a file each time, and then waits to be killed. Arguments: folder, root, prefix of
 * cgroup names, number of containers, script; container n has the exit code 10 + n in CODE.
 */
final class SecondEngine {
    private SecondEngine() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        var launcher = new ContainerLauncher(folder);
        var hierarchies = CgroupHierarchies.ofHost();
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            var spec = Box.shell(args[4])
                    .environment(List.of("PATH=/bin", "CODE=" + (10 + i)))
                    .build();
            var request = new LaunchRequest(
                    "c" + i,
                    folder.resolve("c" + i),
                    folder.resolve("c" + i + ".log"),
                    spec,
                    new RootFilesystem.Bind(Path.of(args[1])),
                    Optional.empty(),
                    hierarchies.create(new CgroupPath("/" + args[2] + "-" + i), LinuxResources.NONE),
                    true,
                    false);
            ContainerProcess container = launcher.create(request);
            if (!args[4].equals("create-only")) {
                container.start();
            }
            Files.createFile(folder.resolve("started-" + (i + 1)));
        }
        new CountDownLatch(1).await();
    }
}
