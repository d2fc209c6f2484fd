package dev.ferry.bench.start;

import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.abi.CloneFlags;
import dev.ferry.runtime.linux.abi.MountFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import org.jspecify.annotations.Nullable;

/**
 * A thread with a mount namespace of its own, in which one directory of the host is not mounted; what it starts inherits that. For
 * crun, which refuses a host whose version 1 control groups stand beside a version 2 hierarchy that has controllers too, although
 * it uses only the former.
 */
final class PrivateMounts implements AutoCloseable {
    private final SynchronousQueue<FutureTask<?>> tasks = new SynchronousQueue<>();
    private final Thread thread;
    private volatile boolean ended;

    /** @param hidden a mount point */
    PrivateMounts(Path hidden) {
        thread = Thread.ofPlatform().name("private-mounts").start(() -> live(hidden));
    }

    /** Does something on the thread. */
    <T> T call(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        put(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() {
        ended = true;
        put(new FutureTask<>(() -> Optional.empty()));
    }

    private void put(FutureTask<?> task) {
        try {
            while (thread.isAlive() && !tasks.offer(task, 100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                // the thread is about to take it, or has died: then the task is cancelled below
            }
            if (!thread.isAlive()) {
                task.cancel(false);
            }
        } catch (InterruptedException e) {
            task.cancel(false);
            Thread.currentThread().interrupt();
        }
    }

    private void live(Path hidden) {
        try {
            NamespaceThread.inNew(CloneFlags.CLONE_NEWNS, () -> {
                // Nothing that happens here may come back to the host's mounts.
                Mounts.mount(null, Path.of("/"), null, MountFlags.MS_REC | MountFlags.MS_PRIVATE, null);
                Mounts.unmount(hidden, MountFlags.MNT_DETACH);
                work();
                return true;
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void work() {
        while (!ended) {
            @Nullable FutureTask<?> task = null;
            try {
                task = tasks.take();
            } catch (InterruptedException e) {
                return;
            }
            task.run();
        }
    }
}
