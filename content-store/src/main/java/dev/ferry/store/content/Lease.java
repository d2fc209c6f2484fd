package dev.ferry.store.content;

import java.util.HashSet;
import java.util.Set;

/**
 * Keeps blobs from being collected while they are in use but nothing on disk refers to them yet. Close it after the file that
 * refers to them has been written.
 */
public final class Lease implements AutoCloseable {
    private final ContentStore store;
    private final Set<Digest> held = new HashSet<>();
    private boolean closed;

    Lease(ContentStore store) {
        this.store = store;
    }

    /** Holds a blob if it is stored: true means that it is there and stays until this lease is closed. */
    public boolean hold(Digest digest) {
        return store.hold(this, digest);
    }

    /** Lets go of everything held. */
    @Override
    public void close() {
        store.release(this);
    }

    /** Preconditions: the store's lock is held. */
    Set<Digest> held() {
        if (closed) {
            throw new IllegalStateException("the lease is closed");
        }
        return held;
    }

    /** Preconditions: the store's lock is held. */
    Set<Digest> end() {
        closed = true;
        return held;
    }
}
