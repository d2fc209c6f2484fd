package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ferry.runtime.linux.abi.InotifyEvents;
import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Being told about changes of files: the JDK's watch service polls nothing smaller than directories. inotify(7) */
public final class Inotify implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    /**
     * A change.
     *
     * @param watch what {@link #watch} answered
     * @param mask bits of {@link InotifyEvents}; IN_Q_OVERFLOW means that changes were lost: look for yourself
     * @param name the file in a watched directory; empty for the watched thing itself
     */
    public record Event(int watch, int mask, String name) {}

    private final Fd fd;

    private Inotify(Fd fd) {
        this.fd = fd;
    }

    /** A queue of changes without watches. EMFILE above fs.inotify.max_user_instances */
    public static Inotify open() throws SyscallException {
        long result = Libc.invoke(Syscall.INOTIFY_INIT1, InotifyEvents.IN_CLOEXEC | InotifyEvents.IN_NONBLOCK);
        return new Inotify(Fd.adopt((int) OpenFiles.check(result, Syscall.INOTIFY_INIT1, "")));
    }

    /** Readable when changes wait; borrowed, for {@link Poll}. */
    public Fd fd() {
        return fd;
    }

    /** Watches a file or directory for the events of the mask; the answer names the watch. inotify_add_watch(2) */
    public int watch(Path path, int mask) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            return (int) OpenFiles.check(
                    Libc.invoke(Syscall.INOTIFY_ADD_WATCH, fd.number(), Libc.address(arena, path.toString()), mask),
                    Syscall.INOTIFY_ADD_WATCH,
                    "\"" + path + "\", 0x" + Integer.toHexString(mask));
        }
    }

    /** Ends a watch. inotify_rm_watch(2) */
    public void unwatch(int watch) throws SyscallException {
        OpenFiles.check(
                Libc.invoke(Syscall.INOTIFY_RM_WATCH, fd.number(), watch), Syscall.INOTIFY_RM_WATCH, "watch " + watch);
    }

    /** The changes that wait, without waiting for any. */
    public List<Event> read() throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER, Long.BYTES);
            long result = Libc.invokeUninterrupted(Syscall.READ, fd.number(), buffer.address(), BUFFER);
            if (result == -Errno.EAGAIN.number()) {
                return List.of();
            }
            OpenFiles.check(result, Syscall.READ, "inotify " + fd);
            return parse(buffer.asSlice(0, result).toArray(JAVA_BYTE));
        }
    }

    static List<Event> parse(byte[] bytes) {
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int length = b.getInt(at + Layouts.INOTIFY_EVENT.offset("len"));
            int start = at + Layouts.INOTIFY_EVENT.size();
            int end = start;
            while (end < start + length && bytes[end] != 0) {
                end++;
            }
            events.add(new Event(
                    b.getInt(at + Layouts.INOTIFY_EVENT.offset("wd")),
                    b.getInt(at + Layouts.INOTIFY_EVENT.offset("mask")),
                    new String(bytes, start, end - start, StandardCharsets.UTF_8)));
            at = start + length;
        }
        return events;
    }

    @Override
    public void close() {
        fd.close();
    }
}
