package dev.ferry.engine.container;

import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The serial queue of one container's changes: what is posted runs one after the other, in order.
 *
 * <p>The tasks are mostly system calls that block (spawning, waiting for exec, CRIU), and a blocking call into native code pins the
 * carrier of a virtual thread; so a lane with work borrows one platform thread from the pool it is given and returns it when
 * the queue is empty.
 */
public final class Lane {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private final String name;
    private final Executor threads;

    /** Guards queue and draining. Nothing is called while it is held. */
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private boolean draining;
    private volatile @Nullable Thread current;

    /** A lane that runs on threads of the given pool. */
    public Lane(String name, Executor threads) {
        this.name = name;
        this.threads = threads;
    }

    /** Queues work and returns at once. A failure of it is logged. */
    public void post(Runnable work) {
        boolean start = false;
        lock.lock();
        try {
            queue.addLast(work);
            if (!draining) {
                draining = true;
                start = true;
            }
        } finally {
            lock.unlock();
        }
        if (start) {
            threads.execute(this::drain);
        }
    }

    /**
     * Queues work and waits for its result; on the lane itself it runs at once. What the work throws unchecked is thrown here. An
     * interrupted caller stops waiting; the work still happens.
     */
    public <T extends @Nullable Object> T call(Callable<T> work) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        if (isCurrent()) {
            task.run();
        } else {
            post(task);
        }
        try {
            return task.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("lane " + name + ": " + cause, cause);
        } catch (CancellationException e) {
            throw new IllegalStateException("lane " + name + " was cancelled", e);
        }
    }

    /** {@link #call} for work without a result. */
    public void run(Runnable work) throws InterruptedException {
        this.<@Nullable Void>call(() -> {
            work.run();
            return null;
        });
    }

    /** Whether the calling thread is this lane's. */
    public boolean isCurrent() {
        return Thread.currentThread() == current;
    }

    private void drain() {
        Thread thread = Thread.currentThread();
        String old = thread.getName();
        thread.setName("lane-" + name);
        current = thread;
        try {
            while (true) {
                Runnable next;
                lock.lock();
                try {
                    next = queue.pollFirst();
                    if (next == null) {
                        current = null;
                        draining = false;
                        return;
                    }
                } finally {
                    lock.unlock();
                }
                try {
                    next.run();
                } catch (RuntimeException | Error e) {
                    LOG.error("work on lane {} failed", name, e);
                }
            }
        } finally {
            thread.setName(old);
        }
    }
}
