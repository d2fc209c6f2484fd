package dev.ferry.migration.protocol;

import java.time.Duration;

/**
 * A connection to another engine, authenticated on both sides. Any thread may use it.
 *
 * <p>A chunk that was sent before a request has reached the other side's {@link Correspondent} before that request does. A connection on which
 * nothing comes for a while, not even a beat, is broken. Nothing is sent twice by itself: after {@link WireBroken} the caller dials again and asks again.
 */
public interface Wire extends AutoCloseable {

    /** The name of the engine at the other end, as this side calls it. */
    String peer();

    /**
     * Asks and waits for the answer.
     *
     * @param patience after which the connection is given up, though the other side still beats
     * @throws WireBroken when there is no answer; whether the request was carried out is unknown
     */
    Reply request(Request request, Duration patience) throws WireException;

    /** Sends bytes, not faster than the limit allows; they may not have arrived when it returns. */
    void send(Chunk chunk) throws WireException;

    /** Greatest rate of {@link #send}, in bytes a second; 0 for none. */
    void limit(long bytesPerSecond);

    /** Whether nothing has broken it yet. */
    boolean isOpen();

    /** Ends the connection at once. Whoever waits in {@link #request} gets {@link WireBroken}. */
    @Override
    void close();
}
