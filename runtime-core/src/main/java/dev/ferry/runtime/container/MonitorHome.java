package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.monitor.MonitorText;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.Spawned;
import dev.ferry.runtime.spawn.Spawner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cgroups that monitors live in, and how they get there. Closing it changes nothing for those that are there. */
final class MonitorHome implements AutoCloseable {
    private final Optional<Fd> birthplace;
    private final MonitorText.Home text;

    private MonitorHome(Optional<Fd> birthplace, List<Path> entries) {
        this.birthplace = birthplace;
        this.text = new MonitorText.Home(birthplace.isPresent(), entries);
    }

    /** Monitors stay where their starter is. */
    static MonitorHome none() {
        return new MonitorHome(Optional.empty(), List.of());
    }

    /** A cgroup of their own, which exists. */
    static MonitorHome in(Cgroup cgroup) throws IOException {
        Optional<Path> directory = cgroup.birthplace();
        return new MonitorHome(
                directory.isPresent()
                        ? Optional.of(OpenFiles.open(directory.get(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY))
                        : Optional.empty(),
                cgroup.entries());
    }

    MonitorText.Home text() {
        return text;
    }

    /** Starts a monitor's program, which was written with {@link #text}, to be {@link #follow followed}. */
    Spawned spawn(Spawner spawner, Program program, Map<MonitorFd, Fd> given) throws IOException {
        Map<Integer, Fd> placements = ContainerLauncher.placements(given);
        birthplace.ifPresent(directory -> placements.put(MonitorFd.BIRTHPLACE, directory));
        return spawner.spawn(program, placements);
    }

    /** Holds the process that a spawned monitor goes on as. */
    void follow(Spawned spawned) throws SpawnException, IOException {
        if (text.birthplace()) {
            spawned.follow(MonitorProtocol.BORN, ContainerLauncher.PATIENCE);
        }
    }

    @Override
    public void close() {
        birthplace.ifPresent(Fd::close);
    }
}
