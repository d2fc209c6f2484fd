package dev.ferry.criu.checkpoint;

import dev.ferry.criu.CriuException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs an operation on a platform thread of its own and waits for it: CRIU's conversation blocks in system calls, which would hold a virtual
 * caller's carrier for as long as a container is frozen.
 */
final class OwnThread {
    private OwnThread() {}

    interface Operation<T> {
        T run() throws CriuException, IOException;
    }

    /** An interrupt is kept for later: the operation is near a commit point and must come to one of its two ends. */
    static <T> T run(String name, Operation<T> operation) throws CriuException, IOException {
        AtomicReference<@Nullable T> result = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().name(name).start(() -> {
            try {
                result.set(operation.run());
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        join(thread);
        Throwable thrown = failure.get();
        if (thrown != null) {
            switch (thrown) {
                case CriuException e -> throw e;
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new AssertionError("an operation throws what it does not declare", thrown);
            }
        }
        T value = result.get();
        if (value == null) {
            throw new AssertionError("an operation has a result or fails");
        }
        return value;
    }

    private static void join(Thread thread) {
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
}
