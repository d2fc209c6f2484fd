package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.oci.IdMapping;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.spawn.ChildDied;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.Spawned;
import dev.ferry.runtime.spawn.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Which ids a user namespace has for which. user_namespaces(7) */
public final class IdMaps {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int RELEASE = ProgramBuilder.STATUS + 1;

    private IdMaps() {}

    /** Gives the user namespace that a process was made with its maps. Once only: then the kernel refuses. */
    public static void write(int pid, List<IdMapping> users, List<IdMapping> groups) throws IOException {
        Path proc = Path.of("/proc").resolve(Integer.toString(pid));
        write(proc.resolve("uid_map"), users);
        write(proc.resolve("gid_map"), groups);
    }

    /** One write: the kernel takes a map as a whole. */
    private static void write(Path file, List<IdMapping> mappings) throws IOException {
        var lines = new StringBuilder();
        for (IdMapping mapping : mappings) {
            lines.append("%d %d %d%n".formatted(mapping.containerID(), mapping.hostID(), mapping.size()));
        }
        try {
            Files.writeString(file, lines);
        } catch (IOException e) {
            throw new IOException(
                    "the kernel does not take the id map \"%s\": %s; its ranges must not overlap, and there may be 340"
                            .formatted(lines.toString().strip().replace('\n', ','), e.getMessage()),
                    e);
        }
    }

    /**
     * A user namespace that nobody lives in: what an id-mapped mount is told its ids by. mount_setattr(2), "ID-mapped mounts"
     *
     * @return its file, the caller's to close
     */
    static Fd namespace(Spawner spawner, List<IdMapping> users, List<IdMapping> groups)
            throws SpawnException, IOException {
        ProgramBuilder p = new ProgramBuilder("id map", ProgramBuilder.STATUS);
        p.call("make a user namespace", Syscall.UNSHARE, NamespaceKind.USER.cloneFlag());
        p.message("report it", ProgramBuilder.STATUS, MonitorProtocol.NAMESPACES, p.cell("made", 0));
        p.call("wait until it is open elsewhere", Syscall.READ, RELEASE, p.block("release", 8), 1);
        p.exit(0);
        Program program = p.build();
        try (Pipe release = Pipe.open();
                Spawned spawned = spawner.spawn(program, Map.of(RELEASE, release.readEnd()))) {
            try {
                spawned.status()
                        .awaitMessage(MonitorProtocol.NAMESPACES, PATIENCE)
                        .orElseThrow(() -> new ChildDied(program.name(), "no user namespace was made"));
                write(spawned.pid(), users, groups);
                return OpenFiles.open(Path.of("/proc/" + spawned.pid() + "/ns/user"), OpenFlags.O_RDONLY);
            } finally {
                OpenFiles.writeFully(release.writeEnd(), new byte[] {1});
                WaitPid.await(spawned.pid());
            }
        }
    }
}
