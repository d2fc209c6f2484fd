package dev.ferry.criu.archive;

/** Waiting for threads that use what the waiting one owns, and must therefore be waited for. */
public final class Uninterrupted {
    private Uninterrupted() {}

    /** Waits for the end of a thread that ends by itself; an interrupt is kept for later. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
