package dev.ferry.engine.network;

/**
 * What a container's own files say of its network.
 *
 * @param address its own, empty without one
 * @param gateway the host as containers see it, empty without a default network
 * @param asks whether it can ask nameservers of the host's network
 * @param ofHost whether it is the host's network itself
 */
public record Names(String address, String gateway, boolean asks, boolean ofHost) {}
