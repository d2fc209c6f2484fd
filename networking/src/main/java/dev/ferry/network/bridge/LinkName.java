package dev.ferry.network.bridge;

import dev.ferry.network.netlink.Link;

/**
 * How the host's end of a container's pair is called, so that whoever finds it knows whose it is: 13 digits of the id are all that a name of
 * 15 bytes has room for, the whole of it is in the alias.
 */
final class LinkName {
    private static final String PREFIX = "fe";
    private static final int DIGITS = 13;
    private static final String ALIAS = "ferry container ";

    private LinkName() {}

    static String of(String container) {
        return PREFIX + container.substring(0, Math.min(DIGITS, container.length()));
    }

    static String alias(String container) {
        return ALIAS + container;
    }

    /** Whether it is an end of one of our pairs. */
    static boolean isOurs(Link link) {
        return link.kind().equals("veth")
                && link.name().startsWith(PREFIX)
                && link.alias().startsWith(ALIAS);
    }

    /** The container of an end that is ours. */
    static String container(Link link) {
        return link.alias().substring(ALIAS.length());
    }
}
