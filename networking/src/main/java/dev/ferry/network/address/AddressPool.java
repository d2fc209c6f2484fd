package dev.ferry.network.address;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who has which address of a range, in memory..
 *
 * <p>Addresses are given out one after the other, so that one that was just returned rests as long as possible: others may still hold what
 * they know of it.
 */
public final class AddressPool {
    private final Subnet range;
    private final Ipv4Address gateway;

    /** Innermost; nothing but these two fields is touched under it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Ipv4Address, String> owners = new HashMap<>();
    private Ipv4Address last;

    /**
     * A pool of which nothing is given out.
     *
     * @param gateway the bridge's own, never given out
     */
    public AddressPool(Subnet range, Ipv4Address gateway) {
        this.range = range;
        this.gateway = gateway;
        this.last = range.first();
    }

    /** Whether an address could come from here. */
    public boolean isFor(Ipv4Address address) {
        return range.contains(address)
                && !address.equals(gateway)
                && !address.equals(range.first())
                && !address.equals(range.broadcast());
    }

    /** Gives out the next free one; nothing when there is none. */
    public Optional<Ipv4Address> take(String owner) {
        lock.lock();
        try {
            for (long tried = 0; tried < range.size(); tried++) {
                last = last.equals(range.broadcast()) ? range.first() : last.plus(1);
                if (isFor(last) && !owners.containsKey(last)) {
                    owners.put(last, owner);
                    return Optional.of(last);
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Gives out this one; false when another has it, or it is none of the pool's. */
    public boolean take(String owner, Ipv4Address wanted) {
        lock.lock();
        try {
            if (!isFor(wanted)) {
                return false;
            }
            String before = owners.putIfAbsent(wanted, owner);
            return before == null || before.equals(owner);
        } finally {
            lock.unlock();
        }
    }

    /** Takes it back from that owner. */
    public void giveBack(String owner, Ipv4Address address) {
        lock.lock();
        try {
            owners.remove(address, owner);
        } finally {
            lock.unlock();
        }
    }
}
