package dev.ferry.engine.container;

import dev.ferry.engine.error.InvalidRequest;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/** Somebody who waits for a container, from the moment the ticket was drawn. */
public final class WaitTicket {

    /** What is waited for. */
    public enum Until {
        /** That nothing runs; at once if nothing does. */
        NOT_RUNNING,
        /** The next end, even if the container has not been started yet. */
        NEXT_EXIT,
        /** That it is gone. */
        REMOVED;

        /** The API's word; empty is the first. */
        public static Until of(String word) {
            return switch (word) {
                case "", "not-running" -> NOT_RUNNING;
                case "next-exit" -> NEXT_EXIT;
                case "removed" -> REMOVED;
                default -> throw new InvalidRequest("wait.condition", "invalid condition: \"" + word + "\"");
            };
        }
    }

    private final Container container;
    private final Until until;
    private final int exitsBefore;
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** Draws a ticket: what happens from now on counts. */
    public WaitTicket(Container container, Until until) {
        this.container = container;
        this.until = until;
        this.exitsBefore = container.exits();
    }

    /** Ends the waiting without an answer. */
    public void cancel() {
        cancelled.set(true);
        container.wake();
    }

    /** The exit code; empty when cancelled. */
    public OptionalInt await() throws InterruptedException {
        container.await(this::isOver, -1);
        return cancelled.get() ? OptionalInt.empty() : OptionalInt.of(container.lastCode());
    }

    /** The same with a limit: whether it came to pass in time. */
    public boolean await(long millis) throws InterruptedException {
        return container.await(this::isOver, millis);
    }

    /** Whether it has come to pass, for somebody who looks now and then. */
    public boolean isOver() {
        return isOver(container.exits(), container.isRemoved());
    }

    private boolean isOver(int exits, boolean removed) {
        if (cancelled.get() || removed) {
            return true;
        }
        return switch (until) {
            case NOT_RUNNING ->
                switch (container.status().kind()) {
                    case CREATED, EXITED -> true;
                    case RUNNING, PAUSED, RESTARTING, REMOVING -> false;
                };
            case NEXT_EXIT -> exits > exitsBefore;
            case REMOVED -> false;
        };
    }
}
