package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.CloneFlags;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Work inside other namespaces: a fresh platform thread that ends with the work, so that nothing else ever runs on a thread
 * whose namespaces have been changed.
 *
 * <p>User namespaces can not be changed in a JVM (EINVAL: more than one thread), and a changed pid namespace for children
 * stops the JVM from making threads: both belong into a program of the spawn package.
 */
public final class NamespaceThread {
    private NamespaceThread() {}

    /** Work that has a result. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it, on the thread inside the namespaces. */
        T run() throws IOException;
    }

    /** Does work in an existing namespace, such as an open /proc/PID/ns/net; {@code kind} is its CLONE_NEW constant, or 0. */
    public static <T> T inside(Fd namespace, long kind, Work<T> work) throws IOException {
        return run("in-namespace", () -> {
            Namespaces.enter(namespace, kind);
            return work.run();
        });
    }

    /** Does work in new namespaces: CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWCGROUP. */
    public static <T> T inNew(long kinds, Work<T> work) throws IOException {
        return run("in-new-namespace", () -> {
            Namespaces.unshare(kinds);
            return work.run();
        });
    }

    /**
     * Does work in an existing mount namespace, such as an open /proc/PID/ns/mnt; {@code /} is its root then. The JVM's threads share root and
     * working directory, and setns(2) refuses a mount namespace to a thread that shares them: this one gets its own first.
     */
    public static <T> T insideMounts(Fd namespace, Work<T> work) throws IOException {
        return run("in-mounts", () -> {
            Namespaces.unshare(CloneFlags.CLONE_FS);
            Namespaces.enter(namespace, CloneFlags.CLONE_NEWNS);
            return work.run();
        });
    }

    private static <T> T run(String name, Work<T> work) throws IOException {
        AtomicReference<@Nullable T> result = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().name(name).start(() -> {
            try {
                result.set(work.run());
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        joinUninterrupted(thread);
        return switch (failure.get()) {
            case null -> finished(result.get());
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new AssertionError("work throws what it does not declare", t);
        };
    }

    /** The work uses descriptors that the caller owns: leaving it alone on interrupt would pull them from under it. */
    private static void joinUninterrupted(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T finished(@Nullable T result) {
        if (result == null) {
            throw new IllegalStateException("work in a namespace must have a result");
        }
        return result;
    }
}
