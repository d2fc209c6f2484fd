package dev.ferry.network.nftables;

/** What happens to packets that pass through this host and have nothing to do with our containers. */
public enum Forwarding {
    /** The host passed packets on before there were containers: nothing changes for them. */
    AS_BEFORE,
    /** It did not, and only does now because containers need it: everything else is dropped, as it was before. */
    CONTAINERS_ONLY
}
