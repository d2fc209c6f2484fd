package dev.ferry.network.port;

import dev.ferry.network.NetworkException;
import dev.ferry.network.PortAllocated;
import dev.ferry.network.PortUnavailable;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who has published which ports of this host, with the sockets that hold them. Those close with the engine: the next one takes the ports of
 * living containers again, and what another program may have taken meanwhile is told and left.
 */
public final class PortBook implements AutoCloseable {
    /** Where the kernel itself takes ports for outgoing connections; ip_local_port_range, ip(7) */
    public record Ephemeral(int first, int last) {
        /** The kernel's own default. */
        public static final Ephemeral USUAL = new Ephemeral(32768, 60999);
    }

    /** Innermost. Binding a socket waits for nobody. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Ephemeral ephemeral;
    private final Map<PublishedPort, String> owners = new HashMap<>();
    private final Map<PublishedPort, Reservation> reservations = new HashMap<>();
    private int next;

    /** Of which nothing is published. */
    public PortBook(Ephemeral ephemeral) {
        this.ephemeral = ephemeral;
        this.next = ephemeral.first();
    }

    /**
     * Publishes ports for a container: all of them or none. In the calling thread's network namespace.
     *
     * @param remembered what it had last: preferred where the choice is ours
     */
    public List<PublishedPort> publish(String owner, List<PortRequest> requests, List<PublishedPort> remembered)
            throws NetworkException, IOException {
        List<PublishedPort> taken = new ArrayList<>();
        boolean done = false;
        lock.lock();
        try {
            for (PortRequest request : requests) {
                taken.add(one(owner, request, remembered));
            }
            done = true;
            return List.copyOf(taken);
        } finally {
            if (!done) {
                taken.forEach(port -> release(owner, port));
            }
            lock.unlock();
        }
    }

    /**
     * Notes the ports of a container that runs already.
     *
     * @return those that another program has taken: they still lead to the container
     */
    public List<PublishedPort> resume(String owner, List<PublishedPort> ports) throws IOException {
        List<PublishedPort> lost = new ArrayList<>();
        lock.lock();
        try {
            for (PublishedPort port : ports) {
                owners.put(port, owner);
                try {
                    reservations.put(port, Reservation.of(port));
                } catch (BindException e) {
                    lost.add(port);
                }
            }
        } finally {
            lock.unlock();
        }
        return lost;
    }

    /** Gives a container's ports back. */
    public void release(String owner, List<PublishedPort> ports) {
        lock.lock();
        try {
            ports.forEach(port -> release(owner, port));
        } finally {
            lock.unlock();
        }
    }

    private PublishedPort one(String owner, PortRequest request, List<PublishedPort> remembered)
            throws NetworkException, IOException {
        NetworkException refusal = null;
        if (request.first() == 0 || request.first() != request.last()) {
            for (PublishedPort before : remembered) {
                if (request.allows(before) && attempt(owner, before) == null) {
                    return before;
                }
            }
        }
        int first = request.isForAny() ? ephemeral.first() : request.first();
        int last = request.isForAny() ? ephemeral.last() : request.last();
        for (int tried = 0; tried <= last - first; tried++) {
            int port = first + tried;
            if (request.isForAny()) {
                port = next;
                next = next >= last ? first : next + 1;
            }
            PublishedPort candidate = request.at(port);
            refusal = attempt(owner, candidate);
            if (refusal == null) {
                return candidate;
            }
        }
        if (refusal == null || request.isForAny()) {
            throw new PortAllocated("all ports are allocated: none of " + first + " to " + last + " is free");
        }
        throw refusal;
    }

    /** Null when the port is taken now. */
    private @Nullable NetworkException attempt(String owner, PublishedPort port) throws IOException {
        for (PublishedPort other : owners.keySet()) {
            if (port.collidesWith(other)) {
                return new PortAllocated(
                        "Bind for " + port.host() + ":" + port.hostPort() + " failed: port is already allocated");
            }
        }
        try {
            reservations.put(port, Reservation.of(port));
        } catch (BindException e) {
            return new PortUnavailable(
                    "failed to bind host port " + port.host() + ":" + port.hostPort() + "/"
                            + port.transport().word() + ": " + Reservation.reason(e),
                    e);
        }
        owners.put(port, owner);
        return null;
    }

    private void release(String owner, PublishedPort port) {
        if (owners.remove(port, owner)) {
            Reservation reservation = reservations.remove(port);
            if (reservation != null) {
                reservation.close();
            }
        }
    }

    /** Closes the sockets. */
    @Override
    public void close() {
        lock.lock();
        try {
            reservations.values().forEach(Reservation::close);
            reservations.clear();
            owners.clear();
        } finally {
            lock.unlock();
        }
    }
}
