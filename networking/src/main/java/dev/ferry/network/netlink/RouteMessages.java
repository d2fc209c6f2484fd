package dev.ferry.network.netlink;

import dev.ferry.network.address.Ipv4Address;
import dev.ferry.network.address.MacAddress;
import dev.ferry.network.address.Subnet;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** Messages about interfaces, addresses and routes, and what their answers say. rtnetlink(7), linux/if_link.h */
public final class RouteMessages {
    private static final int NEW_LINK = 16;
    private static final int DELETE_LINK = 17;
    private static final int GET_LINK = 18;
    private static final int SET_LINK = 19;
    private static final int NEW_ADDRESS = 20;
    private static final int DELETE_ADDRESS = 21;
    private static final int GET_ADDRESS = 22;
    private static final int NEW_ROUTE = 24;
    private static final int GET_ROUTE = 26;

    // struct ifinfomsg { u8 family, pad; u16 type; i32 index; u32 flags, change; };
    private static final int LINK_PART = 16;
    // struct ifaddrmsg { u8 family, prefixlen, flags, scope; u32 index; };
    private static final int ADDRESS_PART = 8;
    // struct rtmsg { u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags; };
    private static final int ROUTE_PART = 12;

    private static final int AF_INET = 2;
    private static final int IFF_UP = 1;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_IFALIAS = 20;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int IFLA_INFO_SLAVE_KIND = 4;
    private static final int IFLA_INFO_SLAVE_DATA = 5;
    private static final int IFLA_BRPORT_MODE = 4;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_BROADCAST = 4;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RT_TABLE_MAIN = 254;
    private static final int RTPROT_BOOT = 3;
    private static final int RTN_UNICAST = 1;

    private RouteMessages() {}

    /** Makes a bridge that is switched on. EEXIST when the name is taken. */
    public static NetlinkMessage newBridge(String name, MacAddress mac) {
        return new NetlinkMessage(
                        NEW_LINK,
                        NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE,
                        "make bridge \"" + name + "\"",
                        link(0, true))
                .with(bridge -> bridge.text(IFLA_IFNAME, name)
                        // without one of its own it takes the lowest of its ports', and changes with them
                        .bytes(IFLA_ADDRESS, mac.bytes())
                        .nested(IFLA_LINKINFO, kind -> kind.text(IFLA_INFO_KIND, "bridge")));
    }

    /**
     * A pair of interfaces that are each other's far end.
     *
     * @param name of the end here
     * @param inside name of the end in the container
     * @param mac of the end in the container
     * @param network number of the descriptor that its namespace is open as
     */
    public record Pair(String name, String inside, MacAddress mac, int network) {}

    /**
     * Makes a pair of interfaces whose far end is born in another network namespace, switched off: the kernel joins the ends after both are
     * made, and an end without the other cannot be switched on.
     *
     * @param bridge number of the bridge that the end here becomes a port of, switched on; 0 for none, switched off
     */
    public static NetlinkMessage newPair(Pair pair, int bridge) {
        return new NetlinkMessage(
                        NEW_LINK,
                        NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE,
                        "make the pair of interfaces \"" + pair.name() + "\" and \"" + pair.inside() + "\"",
                        link(0, bridge != 0))
                .with(here -> {
                    here.text(IFLA_IFNAME, pair.name());
                    if (bridge != 0) {
                        here.word(IFLA_MASTER, bridge);
                    }
                    here.nested(
                            IFLA_LINKINFO,
                            kind -> kind.text(IFLA_INFO_KIND, "veth")
                                    .nested(
                                            IFLA_INFO_DATA,
                                            veth -> veth.nested(
                                                    VETH_INFO_PEER,
                                                    link(0, false),
                                                    peer -> peer.text(IFLA_IFNAME, pair.inside())
                                                            .bytes(
                                                                    IFLA_ADDRESS,
                                                                    pair.mac().bytes())
                                                            .word(IFLA_NET_NS_FD, pair.network()))));
                });
    }

    /** Writes something on an interface. */
    public static NetlinkMessage setAlias(String name, String alias) {
        return new NetlinkMessage(SET_LINK, 0, "write an alias on interface \"" + name + "\"", new byte[LINK_PART])
                .with(link -> link.text(IFLA_IFNAME, name).text(IFLA_IFALIAS, alias));
    }

    /** Makes an interface a port of a bridge, and switches it on. */
    public static NetlinkMessage connect(String name, int bridge) {
        return new NetlinkMessage(SET_LINK, 0, "connect interface \"" + name + "\" to its bridge", link(0, true))
                .with(link -> link.text(IFLA_IFNAME, name).word(IFLA_MASTER, bridge));
    }

    /**
     * Lets a port of a bridge get back what came in by it: a container that calls its own published port. With the kernel's br_netfilter the
     * translation happens while the frame is still bridged.
     */
    public static NetlinkMessage sendBack(String name) {
        return new NetlinkMessage(
                        NEW_LINK, 0, "let interface \"" + name + "\" get back what it sent", new byte[LINK_PART])
                .with(link -> link.text(IFLA_IFNAME, name)
                        .nested(
                                IFLA_LINKINFO,
                                kind -> kind.text(IFLA_INFO_SLAVE_KIND, "bridge")
                                        .nested(IFLA_INFO_SLAVE_DATA, port -> port.octet(IFLA_BRPORT_MODE, 1))));
    }

    /** Switches an interface on. */
    public static NetlinkMessage switchOn(int index) {
        return new NetlinkMessage(SET_LINK, 0, "switch interface " + index + " on", link(index, true));
    }

    /** Deletes an interface, its far end with it. ENODEV when it is not there. */
    public static NetlinkMessage delete(String name) {
        return new NetlinkMessage(DELETE_LINK, 0, "delete interface \"" + name + "\"", new byte[LINK_PART])
                .with(link -> link.text(IFLA_IFNAME, name));
    }

    /** Asks for an interface. ENODEV when it is not there. */
    public static NetlinkMessage get(String name) {
        return new NetlinkMessage(GET_LINK, 0, "find interface \"" + name + "\"", new byte[LINK_PART])
                .with(link -> link.text(IFLA_IFNAME, name));
    }

    /** Asks for all interfaces. */
    public static NetlinkMessage getAll() {
        return new NetlinkMessage(GET_LINK, NetlinkMessage.DUMP, "list interfaces", new byte[LINK_PART]);
    }

    /** Gives an interface an address. EEXIST when it has it. */
    public static NetlinkMessage addAddress(int index, Ipv4Address address, Subnet range) {
        return address(NEW_ADDRESS, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE, "add", index, address, range);
    }

    /** Takes an address from an interface. */
    public static NetlinkMessage removeAddress(int index, Ipv4Address address, Subnet range) {
        return address(DELETE_ADDRESS, 0, "remove", index, address, range);
    }

    private static NetlinkMessage address(
            int type, int flags, String verb, int index, Ipv4Address address, Subnet range) {
        return new NetlinkMessage(
                        type,
                        flags,
                        verb + " address " + address + "/" + range.prefix(),
                        NetlinkMessage.fixed(ADDRESS_PART)
                                .put((byte) AF_INET)
                                .put((byte) range.prefix())
                                .put((byte) 0)
                                .put((byte) 0)
                                .putInt(index)
                                .array())
                .with(part -> part.bytes(IFA_LOCAL, address.bytes())
                        .bytes(IFA_ADDRESS, address.bytes())
                        .bytes(IFA_BROADCAST, range.broadcast().bytes()));
    }

    /** Asks for all addresses. */
    public static NetlinkMessage getAddresses() {
        return new NetlinkMessage(
                GET_ADDRESS,
                NetlinkMessage.DUMP,
                "list addresses",
                NetlinkMessage.fixed(ADDRESS_PART).put((byte) AF_INET).array());
    }

    /** Sends everything that has no way of its own through a neighbour. */
    public static NetlinkMessage addDefaultRoute(int index, Ipv4Address gateway) {
        return new NetlinkMessage(
                        NEW_ROUTE,
                        NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE,
                        "add the default route through " + gateway,
                        NetlinkMessage.fixed(ROUTE_PART)
                                .put((byte) AF_INET)
                                .put(new byte[3])
                                .put((byte) RT_TABLE_MAIN)
                                .put((byte) RTPROT_BOOT)
                                .put((byte) 0)
                                .put((byte) RTN_UNICAST)
                                .array())
                .with(route -> route.bytes(RTA_GATEWAY, gateway.bytes()).word(RTA_OIF, index));
    }

    /** Asks for all routes. */
    public static NetlinkMessage getRoutes() {
        return new NetlinkMessage(
                GET_ROUTE,
                NetlinkMessage.DUMP,
                "list routes",
                NetlinkMessage.fixed(ROUTE_PART).put((byte) AF_INET).array());
    }

    /** The interface that an answer describes. */
    static Link link(NetlinkReply reply) throws NetlinkException {
        Map<Integer, ByteBuffer> attributes = reply.attributes(LINK_PART);
        ByteBuffer linkKind = attributes.get(IFLA_LINKINFO);
        String kind = linkKind == null
                ? ""
                : NetlinkReply.text(NetlinkReply.attributes(linkKind, 0).get(IFLA_INFO_KIND));
        ByteBuffer master = attributes.get(IFLA_MASTER);
        return new Link(
                reply.body().getInt(4),
                NetlinkReply.text(attributes.get(IFLA_IFNAME)),
                master == null ? 0 : master.getInt(0),
                kind,
                NetlinkReply.text(attributes.get(IFLA_IFALIAS)),
                (reply.body().getInt(8) & IFF_UP) != 0);
    }

    /** An address of an interface. */
    public record InterfaceAddress(int index, Ipv4Address address, int prefix) {}

    /** The address that an answer describes. */
    static Optional<InterfaceAddress> interfaceAddress(NetlinkReply reply) throws NetlinkException {
        ByteBuffer local = reply.attributes(ADDRESS_PART).get(IFA_LOCAL);
        return local == null
                ? Optional.empty()
                : Optional.of(new InterfaceAddress(
                        reply.body().getInt(4),
                        Ipv4Address.of(local),
                        reply.body().get(1) & 0xff));
    }

    /** A way to a range of addresses. */
    public record Route(Subnet destination, int index) {}

    /** The route that an answer describes; nothing for a default route, which leads everywhere. */
    static Optional<Route> route(NetlinkReply reply) throws NetlinkException {
        Map<Integer, ByteBuffer> attributes = reply.attributes(ROUTE_PART);
        ByteBuffer destination = attributes.get(RTA_DST);
        ByteBuffer index = attributes.get(RTA_OIF);
        int prefix = reply.body().get(1) & 0xff;
        return destination == null || prefix == 0
                ? Optional.empty()
                : Optional.of(new Route(
                        new Subnet(Ipv4Address.of(destination), prefix), index == null ? 0 : index.getInt(0)));
    }

    private static byte[] link(int index, boolean up) {
        return NetlinkMessage.fixed(LINK_PART)
                .putInt(0)
                .putInt(index)
                .putInt(up ? IFF_UP : 0)
                .putInt(up ? IFF_UP : 0)
                .array();
    }
}
