package dev.ferry.runtime.cgroup;

import dev.ferry.runtime.linux.EventFd;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Inotify;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.InotifyEvents;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rings when a cgroup has no memory left: an event of {@code memory.oom_control} in version 1 (memory.rst, "Notifications"), a change of
 * {@code memory.events} in version 2, which is looked at because it counts other things, too.
 */
public final class MemoryBell implements AutoCloseable {
    private final @Nullable EventFd event;
    private final @Nullable Inotify changes;
    private final Path file;
    private long seen;

    private MemoryBell(@Nullable EventFd event, @Nullable Inotify changes, Path file) throws IOException {
        this.event = event;
        this.changes = changes;
        this.file = file;
        this.seen = count();
    }

    /** The bell of a cgroup that exists; empty where the kernel counts no memory. */
    public static Optional<MemoryBell> of(Cgroup cgroup) throws IOException {
        for (CgroupHierarchy hierarchy : cgroup.hierarchies()) {
            Path directory = hierarchy.directory(cgroup.path());
            if (hierarchy.isUnified() && Files.exists(directory.resolve("memory.events"))) {
                return Optional.of(ofVersion2(directory.resolve("memory.events")));
            }
            if (Files.exists(directory.resolve("memory.oom_control"))) {
                return Optional.of(ofVersion1(directory));
            }
        }
        return Optional.empty();
    }

    private static MemoryBell ofVersion1(Path directory) throws IOException {
        Path control = directory.resolve("memory.oom_control");
        EventFd event = EventFd.open();
        boolean done = false;
        // it is needed for as long as the kernel reads the line
        try (Fd opened = OpenFiles.open(control, OpenFlags.O_RDONLY);
                Fd registry = OpenFiles.open(directory.resolve("cgroup.event_control"), OpenFlags.O_WRONLY)) {
            String line = event.fd().number() + " " + opened.number();
            OpenFiles.writeFully(registry, line.getBytes(StandardCharsets.US_ASCII));
            var bell = new MemoryBell(event, null, control);
            done = true;
            return bell;
        } finally {
            if (!done) {
                event.close();
            }
        }
    }

    private static MemoryBell ofVersion2(Path file) throws IOException {
        Inotify changes = Inotify.open();
        boolean done = false;
        try {
            changes.watch(file, InotifyEvents.IN_MODIFY);
            var bell = new MemoryBell(null, changes, file);
            done = true;
            return bell;
        } finally {
            if (!done) {
                changes.close();
            }
        }
    }

    private long count() throws IOException {
        return CgroupFiles.numbers(file).getOrDefault("oom_kill", 0L);
    }

    /** Readable when it may have rung; borrowed. */
    public Fd fd() {
        if (event != null) {
            return event.fd();
        }
        if (changes != null) {
            return changes.fd();
        }
        throw new AssertionError("a bell has one of the two");
    }

    /** Whether it has rung since the last question. */
    public boolean hasRung() throws IOException {
        if (event != null) {
            return event.silence();
        }
        if (changes != null) {
            changes.read();
        }
        long before = seen;
        seen = count();
        return seen > before;
    }

    @Override
    public void close() {
        if (event != null) {
            event.close();
        }
        if (changes != null) {
            changes.close();
        }
    }
}
