package dev.ferry.criu.bundle;

import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.KernelRelease;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.WaitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The {@code criu lazy-pages} of somebody else, which gives a restored container its pages. When it dies, the kernel lets the container go on
 * with zeros in their place. So its descriptors of userfaultfd are held here, too, which makes whoever needs a page wait for it instead; and
 * how it ended says whether all of them came. It gets more of them when processes fork, which is looked for again and again: a process that
 * was forked since the last look is the only one that may see zeros before the container is ended.
 */
final class LazyDaemon implements AutoCloseable {
    /** CRIU's name for it, in the work directory of both. */
    private static final String SOCKET = "lazy-pages.socket";

    private static final String FAULTS = "anon_inode:[userfaultfd]";
    private static final Duration REAPED_WITHIN = Duration.ofSeconds(30);
    private static final Duration GLANCE = Duration.ofMillis(10);

    private final PidFd process;
    private List<Fd> faults = List.of();

    private LazyDaemon(PidFd process) {
        this.process = process;
    }

    /**
     * The one that listens in a work directory.
     *
     * @throws RuntimeRefused when there is none, or when nobody could say how it ended
     */
    static LazyDaemon in(Path work) throws RuntimeRefused, IOException {
        KernelRelease kernel = KernelRelease.ofHost();
        if (!kernel.isAtLeast(6, 15)) {
            throw new RuntimeRefused(
                    "--lazy-pages needs Linux 6.15, and this is %s: an older one does not say whether all pages have come; leave it out"
                            .formatted(kernel));
        }
        Set<String> listening = listening();
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            for (Path entry : entries.filter(
                            path -> String.valueOf(path.getFileName()).matches("\\d+"))
                    .toList()) {
                if (worksIn(entry, work) && holds(entry, listening)) {
                    return new LazyDaemon(PidFd.open(Integer.parseInt(String.valueOf(entry.getFileName()))));
                }
            }
        }
        throw new RuntimeRefused(
                "--lazy-pages: nobody listens at \"%s\"; start \"criu lazy-pages\" with that directory for --work-dir first"
                        .formatted(work.resolve(SOCKET)));
    }

    /** CRIU names the socket by a relative path, so where it is follows from the directory of its process. proc_net_unix(5) */
    private static Set<String> listening() throws IOException {
        return Files.readAllLines(Path.of("/proc/net/unix")).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(fields -> fields.length == 8 && fields[7].endsWith(SOCKET))
                .map(fields -> "socket:[" + fields[6] + "]")
                .collect(Collectors.toSet());
    }

    private static boolean worksIn(Path process, Path work) {
        try {
            return Files.isSameFile(process.resolve("cwd"), work);
        } catch (IOException gone) {
            return false;
        }
    }

    private static boolean holds(Path process, Set<String> names) {
        return descriptors(process).anyMatch(fd -> names.contains(target(fd)));
    }

    private static Stream<Path> descriptors(Path process) {
        try (Stream<Path> entries = Files.list(process.resolve("fd"))) {
            return entries.toList().stream();
        } catch (IOException gone) {
            return Stream.empty();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /**
     * Takes hold of what it has now, and lets go of what it had before. Preconditions for the first time: everything that needs pages has been
     * made and has not run, so that it has all of them, or has done its work.
     */
    void hold() throws IOException {
        List<Fd> former = faults;
        List<Fd> now = new ArrayList<>();
        faults = now;
        try {
            for (Path fd : descriptors(Path.of("/proc", Integer.toString(process.pid())))
                    .toList()) {
                if (target(fd).equals(FAULTS)) {
                    now.add(process.getFd(Integer.parseInt(String.valueOf(fd.getFileName()))));
                }
            }
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH) && !e.is(Errno.EBADF)) {
                throw e;
            }
            // it ends: what it had when it was whole is what counts
            now.addAll(former);
            former = List.of();
        }
        if (now.isEmpty()) {
            now.addAll(former);
            former = List.of();
        }
        former.forEach(Fd::close);
    }

    /**
     * Waits until all pages have come.
     *
     * @throws RuntimeRefused when they will not
     */
    void awaitPages() throws RuntimeRefused, IOException {
        long end = System.nanoTime() + LazyPages.PATIENCE.toNanos();
        boolean over = process.awaitExit(GLANCE);
        while (!over && System.nanoTime() < end) {
            hold();
            over = process.awaitExit(GLANCE);
        }
        if (!over) {
            throw new RuntimeRefused("the pages have not all come within %d min; see the log of \"criu lazy-pages\""
                    .formatted(LazyPages.PATIENCE.toMinutes()));
        }
        Optional<WaitStatus> ended = ended();
        if (ended.isEmpty()) {
            throw new RuntimeRefused(
                    "\"criu lazy-pages\", process %d, has ended and nobody reaps it; reap it".formatted(process.pid()));
        }
        if (ended.get().raw() != 0) {
            throw new RuntimeRefused(
                    "\"criu lazy-pages\", process %d, has ended with %d before all pages came; see its log, and restore once more where the pages still are"
                            .formatted(process.pid(), ended.get().exitCode()));
        }
    }

    /** Its parent reaps it, and then the kernel says how it ended. */
    private Optional<WaitStatus> ended() throws IOException {
        long end = System.nanoTime() + REAPED_WITHIN.toNanos();
        Optional<WaitStatus> ended = process.ended();
        while (ended.isEmpty() && System.nanoTime() < end) {
            // nothing becomes ready when a process is reaped
            Poll.await(List.of(), GLANCE);
            ended = process.ended();
        }
        return ended;
    }

    /** Lets whoever waits for a page that has not come go on with zeros. */
    @Override
    public void close() {
        faults.forEach(Fd::close);
        process.close();
    }
}
