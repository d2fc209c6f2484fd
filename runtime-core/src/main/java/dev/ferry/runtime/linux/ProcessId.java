package dev.ferry.runtime.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A process named so that it can be found again by a later engine: a number alone is given out again.
 *
 * @param pid its number in our pid namespace
 * @param startTicks when it began, in clock ticks since boot: field 22 of /proc/PID/stat
 * @param bootId the boot it belongs to: /proc/sys/kernel/random/boot_id
 */
public record ProcessId(int pid, long startTicks, String bootId) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int FIELDS_BEFORE_START = 19;
    private static volatile @Nullable String currentBoot;

    /** The process that has the number now; empty when there is none. A zombie still counts. */
    public static Optional<ProcessId> of(int pid) throws IOException {
        Optional<Long> start = startTicks(pid);
        return start.isEmpty() ? Optional.empty() : Optional.of(new ProcessId(pid, start.get(), currentBootId()));
    }

    /** Whether that very process still exists, if only as a zombie. */
    public boolean exists() throws IOException {
        Optional<Long> start = startTicks(pid);
        // not by equals(): the first use of a record's own costs more than both files
        return start.isPresent() && start.get() == startTicks && currentBootId().equals(bootId);
    }

    /** Takes hold of it; empty when it is gone. Checks the start time after opening, so the number can not have changed hands. */
    public Optional<PidFd> open() throws IOException {
        PidFd handle;
        try {
            handle = PidFd.open(pid);
        } catch (SyscallException e) {
            if (e.is(Errno.ESRCH)) {
                return Optional.empty();
            }
            throw e;
        }
        boolean same = false;
        try {
            same = exists();
        } finally {
            if (!same) {
                handle.close();
            }
        }
        return same ? Optional.of(handle) : Optional.empty();
    }

    /** The boot that is running. Read once: no process sees two. */
    public static String currentBootId() throws IOException {
        String known = currentBoot;
        if (known == null) {
            known = Files.readString(BOOT_ID).strip();
            currentBoot = known;
        }
        return known;
    }

    /** When the process with that number began, in clock ticks since boot; empty when there is none. */
    public static Optional<Long> startTicks(int pid) throws IOException {
        try {
            return Optional.of(parseStartTicks(Files.readString(Path.of("/proc/" + pid + "/stat"))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // a process that ends between open and read answers ESRCH, which java.nio has no exception of its own for
            if (Files.notExists(Path.of("/proc/" + pid))) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Field 2 is the program's name in parentheses and may hold spaces and parentheses itself. proc_pid_stat(5) */
    static long parseStartTicks(String stat) throws IOException {
        int end = stat.lastIndexOf(')');
        String[] fields = stat.substring(end + 1).strip().split(" ", -1);
        if (end < 0 || fields.length <= FIELDS_BEFORE_START) {
            throw new IOException("not a line of /proc/PID/stat: \"" + stat + "\"");
        }
        return Long.parseLong(fields[FIELDS_BEFORE_START]);
    }
}
