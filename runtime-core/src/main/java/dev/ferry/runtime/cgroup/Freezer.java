package dev.ferry.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Stops and continues the processes of one directory: {@code cgroup.freeze} of version 2 or {@code freezer.state} of version 1.
 *
 * <p>The first is preferred where both exist (hybrid): its processes can be traced and killed while they stand, which CRIU and
 * {@code docker kill} need; those of version 1 hang in the kernel until they are thawed. It needs no controller.
 */
final class Freezer {
    /** After so many looks at a version 1 freezer that does not come to rest, its processes are let go and caught again. */
    private static final int LOOKS_BEFORE_RELEASE = 50;

    private final Path directory;
    private final boolean unified;

    private Freezer(Path directory, boolean unified) {
        this.directory = directory;
        this.unified = unified;
    }

    /** The freezer of a container that has those directories. */
    static Freezer of(CgroupHierarchies host, CgroupPath path) throws LimitUnsupported {
        for (CgroupHierarchy hierarchy : host.all()) {
            // absent at the root, and below it on kernels before 5.2
            if (hierarchy.isUnified()
                    && (host.mode() == CgroupMode.V2
                            || Files.exists(hierarchy.directory(path).resolve("cgroup.freeze")))) {
                return new Freezer(hierarchy.directory(path), true);
            }
        }
        CgroupHierarchy legacy = host.hierarchy("freezer")
                .orElseThrow(() -> new LimitUnsupported(
                        "cannot stop the processes of cgroup \"%s\": no freezer is mounted; mount the \"freezer\" controller or use cgroup version 2"
                                .formatted(path),
                        null));
        return new Freezer(legacy.directory(path), false);
    }

    Path directory() {
        return directory;
    }

    void freeze(Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        int looks = 0;
        request(true);
        while (!settled()) {
            if (System.nanoTime() - deadline >= 0) {
                var busy = new CgroupBusy(
                        "cannot stop the processes of cgroup \"%s\": not all stood still within %d ms; look for processes in uninterruptible sleep"
                                .formatted(directory, within.toMillis()),
                        null);
                try {
                    request(false);
                } catch (IOException e) {
                    busy.addSuppressed(e);
                }
                throw busy;
            }
            CgroupFiles.pause(directory);
            if (!unified) {
                // freezer-subsystem.rst: a cgroup that stays FREEZING is to be asked again; one that forks fast may
                // need a new start
                if (++looks % LOOKS_BEFORE_RELEASE == 0) {
                    request(false);
                }
                request(true);
            }
        }
    }

    void thaw() throws IOException {
        request(false);
    }

    boolean isFrozen() throws IOException {
        return unified
                ? CgroupFiles.read(directory.resolve("cgroup.freeze")).equals("1")
                : !CgroupFiles.read(directory.resolve("freezer.state")).equals("THAWED");
    }

    private void request(boolean frozen) throws IOException {
        if (unified) {
            CgroupFiles.write(directory.resolve("cgroup.freeze"), frozen ? "1" : "0");
        } else {
            CgroupFiles.write(directory.resolve("freezer.state"), frozen ? "FROZEN" : "THAWED");
        }
    }

    private boolean settled() throws IOException {
        return unified
                ? CgroupFiles.numbers(directory.resolve("cgroup.events")).getOrDefault("frozen", 0L) == 1
                : CgroupFiles.read(directory.resolve("freezer.state")).equals("FROZEN");
    }
}
