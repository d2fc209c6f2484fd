package dev.ferry.network.nftables;

import dev.ferry.network.address.Subnet;
import dev.ferry.network.netlink.Conversation;
import dev.ferry.network.netlink.NetlinkException;
import dev.ferry.network.netlink.NetlinkMessage;
import dev.ferry.network.nftables.Expression.Compare;
import dev.ferry.network.nftables.Expression.Connection;
import dev.ferry.network.nftables.Expression.DestinationKind;
import dev.ferry.network.nftables.Expression.Lookup;
import dev.ferry.network.nftables.Expression.Mask;
import dev.ferry.network.nftables.Expression.Masquerade;
import dev.ferry.network.nftables.Expression.Meta;
import dev.ferry.network.nftables.Expression.Payload;
import dev.ferry.network.nftables.Expression.SendTo;
import dev.ferry.network.nftables.Expression.Verdict;
import dev.ferry.network.nftables.Ruleset.Hook;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.NetlinkSocket;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The table {@code ip ferry}: everything that the packet filter does for containers of one bridge. As text it would be
 *
 * <pre>
 * table ip ferry {
 *   map ports     { type inet_proto . inet_service : ipv4_addr . inet_service; }
 *   map addressed { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
 *   chain guard       { type filter hook prerouting priority raw;
 *     iifname BRIDGE ip daddr 127.0.0.0/8 drop
 *     iifname BRIDGE ip saddr 127.0.0.0/8 drop }
 *   chain published   {
 *     dnat ip to ip daddr . meta l4proto . th dport map @addressed
 *     dnat ip to meta l4proto . th dport map @ports }
 *   chain arriving    { type nat hook prerouting priority dstnat;
 *     iifname != lo ip daddr 127.0.0.0/8 return
 *     fib daddr type local jump published }
 *   chain leaving     { type nat hook output priority dstnat;
 *     fib daddr type local jump published }
 *   chain passing     { type filter hook forward priority filter; policy accept or drop;
 *     oifname BRIDGE ct state established,related accept
 *     oifname BRIDGE ct status dnat accept
 *     iifname BRIDGE accept
 *     oifname BRIDGE drop }
 *   chain translating { type nat hook postrouting priority srcnat;
 *     ip saddr POOL oifname != BRIDGE masquerade
 *     ip saddr POOL oifname BRIDGE ct status dnat masquerade
 *     ip saddr 127.0.0.0/8 oifname BRIDGE masquerade }
 * }
 * </pre>
 *
 * <p>Why: a container that connects to a published port of its own host would get the answer past the host, from an address that it never
 * asked, hence the second rule of {@code translating}. A connection to a published port from the host's own 127.0.0.1 leaves by the bridge
 * only because {@code route_localnet} is on there; with that on, whatever a container sends to 127.0.0.1 would reach what listens only for
 * the host (CVE-2020-8558), hence {@code guard}, which sees packets before any translation back. The first rule of {@code arriving} keeps
 * neighbours of the host from reaching a port that is published at 127.0.0.1 only: they may write that address into a packet, and the
 * translation comes before the kernel would refuse it.
 *
 * <p>Every change is one transaction, and the whole table can be replaced in one: connections notice nothing.
 */
public final class FerryTable {
    /** The table's name. */
    public static final String NAME = "ferry";

    private static final String PORTS = "ports";
    private static final String ADDRESSED = "addressed";
    private static final String PUBLISHED = "published";
    private static final String GUARD = "guard";
    private static final String ARRIVING = "arriving";
    private static final String LEAVING = "leaving";
    private static final String PASSING = "passing";
    private static final String TRANSLATING = "translating";

    // numbers of nft's own types: six bits for each part of a key
    private static final int TYPE_ADDRESS = 7;
    private static final int TYPE_PROTOCOL = 12;
    private static final int TYPE_PORT = 13;

    private static final int RAW = -300;
    private static final int DESTINATION = -100;
    private static final int FILTER = 0;
    private static final int SOURCE = 100;

    private static final Subnet LOOPBACK = Subnet.parse("127.0.0.0/8");

    private FerryTable() {}

    /** Makes the table, or replaces it. In the calling thread's network namespace. */
    public static void replace(String bridge, Subnet pool, Forwarding forwarding, Collection<Destination> destinations)
            throws IOException {
        // deleting what is not there is an error, hence the making before
        commit(fill(new Ruleset(NAME).addTable().deleteTable().addTable(), bridge, pool, forwarding, destinations));
    }

    /** Publishes more ports. */
    public static void add(Collection<Destination> destinations) throws IOException {
        if (!destinations.isEmpty()) {
            commit(new Ruleset(NAME)
                    .addEntries(PORTS, entries(destinations, true))
                    .addEntries(ADDRESSED, entries(destinations, false)));
        }
    }

    /** Publishes some no more. */
    public static void remove(Collection<Destination> destinations) throws IOException {
        if (!destinations.isEmpty()) {
            commit(new Ruleset(NAME)
                    .removeEntries(PORTS, entries(destinations, true))
                    .removeEntries(ADDRESSED, entries(destinations, false)));
        }
    }

    /** Takes the table away. */
    public static void delete() throws IOException {
        commit(new Ruleset(NAME).addTable().deleteTable());
    }

    /** Whether it is there. Somebody may have flushed everything. */
    public static boolean isThere() throws IOException {
        try (NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.Family.NETFILTER)) {
            new Conversation(socket).ask(Ruleset.find(NAME));
            return true;
        } catch (NetlinkException e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    static Ruleset fill(
            Ruleset rules, String bridge, Subnet pool, Forwarding forwarding, Collection<Destination> destinations) {
        byte[] name = Expression.interfaceName(bridge);
        int value = TYPE_ADDRESS << 6 | TYPE_PORT;
        int key = TYPE_PROTOCOL << 6 | TYPE_PORT;
        rules.map(PORTS, key, 8, value, 8).map(ADDRESSED, TYPE_ADDRESS << 12 | key, 12, value, 8);
        rules.addEntries(PORTS, entries(destinations, true)).addEntries(ADDRESSED, entries(destinations, false));

        rules.chain(GUARD, "filter", Hook.PREROUTING, RAW, true)
                .rule(GUARD, in(), is(name), Payload.destination(0), masked(LOOPBACK), in(LOOPBACK), Verdict.DROP)
                .rule(GUARD, in(), is(name), Payload.source(0), masked(LOOPBACK), in(LOOPBACK), Verdict.DROP);

        rules.chain(PUBLISHED)
                .rule(
                        PUBLISHED,
                        Payload.destination(0),
                        new Meta(Expression.META_L4PROTO, 1),
                        Payload.port(2),
                        new Lookup(ADDRESSED, 0, 0),
                        new SendTo(0, 1))
                .rule(
                        PUBLISHED,
                        new Meta(Expression.META_L4PROTO, 0),
                        Payload.port(1),
                        new Lookup(PORTS, 0, 0),
                        new SendTo(0, 1));

        rules.chain(ARRIVING, "nat", Hook.PREROUTING, DESTINATION, true)
                .rule(
                        ARRIVING,
                        in(),
                        isNot(Expression.interfaceName("lo")),
                        Payload.destination(0),
                        masked(LOOPBACK),
                        in(LOOPBACK),
                        Verdict.RETURN)
                .rule(ARRIVING, new DestinationKind(0), ofHost(), Verdict.jump(PUBLISHED));
        rules.chain(LEAVING, "nat", Hook.OUTPUT, DESTINATION, true)
                .rule(LEAVING, new DestinationKind(0), ofHost(), Verdict.jump(PUBLISHED));

        rules.chain(PASSING, "filter", Hook.FORWARD, FILTER, forwarding == Forwarding.AS_BEFORE)
                .rule(PASSING, out(), is(name), state(), bits(Expression.ESTABLISHED_OR_RELATED), any(), Verdict.ACCEPT)
                .rule(
                        PASSING,
                        out(),
                        is(name),
                        status(),
                        bits(Expression.DESTINATION_TRANSLATED),
                        any(),
                        Verdict.ACCEPT)
                .rule(PASSING, in(), is(name), Verdict.ACCEPT)
                .rule(PASSING, out(), is(name), Verdict.DROP);

        rules.chain(TRANSLATING, "nat", Hook.POSTROUTING, SOURCE, true)
                .rule(TRANSLATING, Payload.source(0), masked(pool), in(pool), out(), isNot(name), new Masquerade())
                .rule(
                        TRANSLATING,
                        Payload.source(0),
                        masked(pool),
                        in(pool),
                        out(),
                        is(name),
                        status(),
                        bits(Expression.DESTINATION_TRANSLATED),
                        any(),
                        new Masquerade())
                .rule(
                        TRANSLATING,
                        Payload.source(0),
                        masked(LOOPBACK),
                        in(LOOPBACK),
                        out(),
                        is(name),
                        new Masquerade());
        return rules;
    }

    private static void commit(Ruleset rules) throws IOException {
        List<NetlinkMessage> transaction = rules.transaction();
        try (NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.Family.NETFILTER)) {
            new Conversation(socket).say(transaction, transaction.size() - 2);
        }
    }

    private static List<Map.Entry<byte[], byte[]>> entries(Collection<Destination> destinations, boolean anyAddress) {
        return destinations.stream()
                .filter(destination -> destination.port().host().isAny() == anyAddress)
                .map(destination -> Map.entry(destination.key(), destination.value()))
                .toList();
    }

    private static Expression in() {
        return new Meta(Expression.META_IIFNAME, 0);
    }

    private static Expression out() {
        return new Meta(Expression.META_OIFNAME, 0);
    }

    private static Expression is(byte[] value) {
        return new Compare(0, true, value);
    }

    private static Expression isNot(byte[] value) {
        return new Compare(0, false, value);
    }

    private static Expression masked(Subnet range) {
        return new Mask(0, range.mask().bytes());
    }

    private static Expression in(Subnet range) {
        return is(range.first().bytes());
    }

    private static Expression ofHost() {
        return is(Expression.word(DestinationKind.LOCAL));
    }

    private static Expression state() {
        return new Connection(Expression.CT_STATE, 0);
    }

    private static Expression status() {
        return new Connection(Expression.CT_STATUS, 0);
    }

    private static Expression bits(int bits) {
        return new Mask(0, Expression.word(bits));
    }

    private static Expression any() {
        return isNot(Expression.word(0));
    }
}
