package dev.ferry.network.netlink;

/**
 * An interface.
 *
 * @param index its number in its network namespace
 * @param master number of the bridge that it is a port of, or 0
 * @param kind {@code bridge}, {@code veth}, or empty for hardware and loopback
 * @param alias what somebody has written on it
 * @param up whether it is switched on
 */
public record Link(int index, String name, int master, String kind, String alias, boolean up) {}
