package dev.ferry.network.bridge;

import dev.ferry.network.nftables.Destination;
import java.util.List;

/** A container's place at the bridge while it is attached. */
public record Endpoint(Lease lease) {
    List<Destination> destinations() {
        return lease.ports().stream()
                .map(port -> new Destination(port, lease.address()))
                .toList();
    }
}
