package dev.ferry.runtime.linux;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor with exactly one owner, who closes it once.
 *
 * <p>A method with an {@code Fd} parameter borrows it: it neither keeps nor closes it, unless its name says that it takes it
 * over. The owner must not close it while another thread still uses it, since the kernel gives the number away again at once.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    private Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /** Takes over an open descriptor that nobody else will close. */
    public static Fd adopt(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("not a file descriptor: " + number);
        }
        return new Fd(number);
    }

    /** The descriptor's number in this process; an error once it has been closed or released. */
    public int number() {
        int current = number.get();
        if (current == CLOSED) {
            throw new IllegalStateException("file descriptor is closed already");
        }
        return current;
    }

    /** Whether this still owns a descriptor. */
    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /** Gives the descriptor up without closing it: the caller owns the number from here on. */
    public int release() {
        int current = number.getAndSet(CLOSED);
        if (current == CLOSED) {
            throw new IllegalStateException("file descriptor is closed already");
        }
        return current;
    }

    /**
     * A second descriptor of the same open file, close-on-exec, numbered at least {@code minimum}. fcntl(2), F_DUPFD_CLOEXEC
     *
     * <p>Descriptors that are about to be placed at fixed low numbers in a child are parked at 64 and above first, so that
     * no placement can overwrite the source of another.
     */
    public Fd duplicateAtLeast(int minimum) throws SyscallException {
        return Descriptors.duplicateAtLeast(this, minimum);
    }

    /**
     * Closes it; further calls do nothing. close(2)
     *
     * <p>The kernel frees the number even when it reports an error, so nothing is retried and nothing is thrown: errors of
     * delayed writes are what fsync(2) is for.
     */
    @Override
    public void close() {
        int current = number.getAndSet(CLOSED);
        if (current != CLOSED) {
            Descriptors.close(current);
        }
    }

    @Override
    public String toString() {
        int current = number.get();
        return current == CLOSED ? "fd closed" : "fd " + current;
    }
}
