package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.monitor.MonitorFd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files that are opened for a monitor and of which it gets copies: closed here once it runs. */
final class MonitorFiles implements AutoCloseable {
    private final List<Fd> opened = new ArrayList<>();
    private final Map<MonitorFd, Fd> given;

    private MonitorFiles(Map<MonitorFd, Fd> given) {
        this.given = given;
    }

    /**
     * Makes the directory, opens log and record.
     *
     * @param given receives what is opened
     * @throws IOException also when the directory belongs to another incarnation already
     */
    static MonitorFiles open(Path directory, Path log, Map<MonitorFd, Fd> given) throws IOException {
        Files.createDirectories(directory);
        var files = new MonitorFiles(given);
        boolean done = false;
        try {
            files.add(MonitorFd.LOG, log, OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_CREAT, 0600);
            files.add(
                    MonitorFd.RECORD,
                    directory.resolve(ExitRecord.FILE),
                    OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL,
                    0600);
            done = true;
            return files;
        } finally {
            if (!done) {
                files.close();
            }
        }
    }

    void add(MonitorFd at, Path path, int flags, int mode) throws IOException {
        Fd fd = OpenFiles.open(path, flags, mode);
        opened.add(fd);
        given.put(at, fd);
    }

    /** Where there is a unified hierarchy the child is born in its cgroup there; whether that is so. */
    boolean openCgroup(Cgroup cgroup) throws IOException {
        Optional<Path> birthplace = cgroup.birthplace();
        if (birthplace.isPresent()) {
            add(MonitorFd.CGROUP, birthplace.get(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
        }
        return birthplace.isPresent();
    }

    @Override
    public void close() {
        opened.forEach(Fd::close);
    }
}
