package dev.ferry.engine.event;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Publishes events to bounded subscribers and keeps the last ones. Safe for use by many threads. */
public final class EventBus {

    /** As many past events as docker keeps. */
    static final int WINDOW = 256;

    private static final int QUEUE = 1024;

    /** Innermost lock of the engine: nothing is called while it is held. Guards window, and subscription against publishing. */
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<EngineEvent> window = new ArrayDeque<>();
    private final CopyOnWriteArrayList<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    /** Tells everybody. Never blocks. */
    public void publish(String type, String action, String actor, Map<String, String> attributes) {
        EngineEvent event = new EngineEvent(type, action, actor, attributes, Instant.now());
        lock.lock();
        try {
            if (window.size() == WINDOW) {
                window.removeFirst();
            }
            window.addLast(event);
            for (Subscription subscription : subscriptions) {
                subscription.offer(event);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Listens from now on, beginning with the kept events that are not before {@code since} (null: none of them). */
    public Subscription subscribe(@Nullable Instant since) {
        lock.lock();
        try {
            List<EngineEvent> past = new ArrayList<>();
            if (since != null) {
                for (EngineEvent event : window) {
                    if (!event.at().isBefore(since)) {
                        past.add(event);
                    }
                }
            }
            Subscription subscription = new Subscription(past);
            subscriptions.add(subscription);
            return subscription;
        } finally {
            lock.unlock();
        }
    }

    /** One listener's queue; closing it ends the listening. */
    public final class Subscription implements AutoCloseable {
        private final BlockingQueue<EngineEvent> queue = new ArrayBlockingQueue<>(QUEUE + WINDOW);
        private volatile boolean overflowed;

        Subscription(List<EngineEvent> past) {
            queue.addAll(past);
        }

        void offer(EngineEvent event) {
            if (!queue.offer(event)) {
                overflowed = true;
                subscriptions.remove(this);
            }
        }

        /** The next event, or null when none came within the time. */
        public @Nullable EngineEvent next(long millis) throws InterruptedException {
            return queue.poll(millis, TimeUnit.MILLISECONDS);
        }

        /** Whether events were lost because the listener was too slow; nothing follows what is still queued. */
        public boolean overflowed() {
            return overflowed && queue.isEmpty();
        }

        @Override
        public void close() {
            subscriptions.remove(this);
        }
    }
}
