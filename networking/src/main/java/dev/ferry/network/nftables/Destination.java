package dev.ferry.network.nftables;

import dev.ferry.network.address.Ipv4Address;
import dev.ferry.network.port.PublishedPort;
import java.nio.ByteBuffer;

/**
 * A published port and the container that it leads to.
 *
 * @param address of the container
 */
public record Destination(PublishedPort port, Ipv4Address address) {
    /** The key in the map of its kind: with the host's address when it is published at one. */
    byte[] key() {
        ByteBuffer key = ByteBuffer.allocate(port.host().isAny() ? 8 : 12);
        if (!port.host().isAny()) {
            key.put(port.host().bytes());
        }
        // registers are four bytes: a protocol and a port stand at the beginning of one each
        return key.put((byte) port.transport().number())
                .put(new byte[3])
                .putShort((short) port.hostPort())
                .array();
    }

    /** Where to. */
    byte[] value() {
        return ByteBuffer.allocate(8)
                .put(address.bytes())
                .putShort((short) port.containerPort())
                .array();
    }
}
