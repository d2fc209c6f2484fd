package dev.ferry.engine.app;

import dev.ferry.network.bridge.BridgeAddress;
import java.util.Optional;

/**
 * What containers get that name no network.
 *
 * @param bridged whether there is a default network
 * @param address of its bridge; empty for one that is chosen
 */
public record NetworkOptions(boolean bridged, Optional<BridgeAddress> address) {
    /** Loopback only; nothing of the host is changed. */
    public static final NetworkOptions NONE = new NetworkOptions(false, Optional.empty());

    /** The default network, made for the first container that wants it. */
    public static final NetworkOptions BRIDGE = new NetworkOptions(true, Optional.empty());

    NetworkOptions withBridge(String name) {
        if (!name.equals("none")) {
            throw new IllegalArgumentException(
                    "--bridge takes \"none\" only: the engine makes its bridge itself; leave the option out");
        }
        return new NetworkOptions(false, address);
    }

    NetworkOptions withAddress(String text) {
        return new NetworkOptions(bridged, Optional.of(BridgeAddress.parse(text)));
    }
}
