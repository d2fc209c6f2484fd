package dev.ferry.network.nftables;

import dev.ferry.network.netlink.NetlinkMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Changes of tables that happen together or not at all. What is said first is done first.
 *
 * <p>Not safe for several threads.
 */
final class Ruleset {
    private static final int SUBSYSTEM = 10 << 8;
    private static final int NEW_TABLE = SUBSYSTEM;
    private static final int GET_TABLE = SUBSYSTEM | 1;
    private static final int DELETE_TABLE = SUBSYSTEM | 2;
    private static final int NEW_CHAIN = SUBSYSTEM | 3;
    private static final int NEW_RULE = SUBSYSTEM | 6;
    private static final int NEW_SET = SUBSYSTEM | 9;
    private static final int NEW_ELEMENTS = SUBSYSTEM | 12;
    private static final int DELETE_ELEMENTS = SUBSYSTEM | 14;
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;

    private static final int IPV4 = 2;
    private static final int IS_MAP = 8;
    /** What {@link NetlinkMessage} has room for in one attribute, with a good rest. */
    private static final int ELEMENTS_AT_ONCE = 500;

    private final String table;
    private final List<NetlinkMessage> messages = new ArrayList<>();
    private int sets;

    /** Of one table. */
    Ruleset(String table) {
        this.table = table;
    }

    /** Where a chain is called from. */
    enum Hook {
        PREROUTING(0),
        FORWARD(2),
        OUTPUT(3),
        POSTROUTING(4);

        private final int number;

        Hook(int number) {
            this.number = number;
        }
    }

    /** Asks for the table; ENOENT when it is not there. */
    static NetlinkMessage find(String table) {
        return message(GET_TABLE, 0, "find table \"" + table + "\"").with(t -> t.text(1, table));
    }

    Ruleset addTable() {
        return add(NEW_TABLE, NetlinkMessage.CREATE, "make table \"" + table + "\"", t -> t.text(1, table));
    }

    Ruleset deleteTable() {
        return add(DELETE_TABLE, 0, "delete table \"" + table + "\"", t -> t.text(1, table));
    }

    /** A chain that others jump to. */
    Ruleset chain(String name) {
        return add(
                NEW_CHAIN,
                NetlinkMessage.CREATE,
                "make chain \"" + name + "\"",
                chain -> chain.text(1, table).text(3, name));
    }

    /** A chain that the kernel calls. */
    Ruleset chain(String name, String type, Hook hook, int priority, boolean accepts) {
        return add(
                NEW_CHAIN,
                NetlinkMessage.CREATE,
                "make chain \"" + name + "\"",
                chain -> chain.text(1, table)
                        .text(3, name)
                        .nested(4, at -> at.networkWord(1, hook.number).networkWord(2, priority))
                        .text(7, type)
                        .networkWord(5, accepts ? 1 : 0));
    }

    /** A rule at the end of a chain. */
    Ruleset rule(String chain, Expression... expressions) {
        return add(
                NEW_RULE,
                NetlinkMessage.CREATE | NetlinkMessage.APPEND,
                "add a rule to chain \"" + chain + "\"",
                rule -> rule.text(1, table).text(2, chain).nested(4, list -> {
                    for (Expression expression : expressions) {
                        list.nested(
                                1, element -> element.text(1, expression.name()).nested(2, expression::write));
                    }
                }));
    }

    /** A map of so many bytes to so many; the types are for {@code nft list} only. */
    Ruleset map(String name, int keyType, int keyLength, int valueType, int valueLength) {
        int id = ++sets;
        return add(
                NEW_SET,
                NetlinkMessage.CREATE,
                "make map \"" + name + "\"",
                map -> map.text(1, table)
                        .text(2, name)
                        .networkWord(3, IS_MAP)
                        .networkWord(4, keyType)
                        .networkWord(5, keyLength)
                        .networkWord(6, valueType)
                        .networkWord(7, valueLength)
                        .networkWord(10, id));
    }

    /** Adds entries; EEXIST for a key that has another value already. */
    Ruleset addEntries(String map, List<Map.Entry<byte[], byte[]>> entries) {
        return entries(NEW_ELEMENTS, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE, "add to", map, entries);
    }

    /** Removes entries; ENOENT for one that is not there. */
    Ruleset removeEntries(String map, List<Map.Entry<byte[], byte[]>> entries) {
        return entries(DELETE_ELEMENTS, 0, "remove from", map, entries);
    }

    private Ruleset entries(int type, int flags, String verb, String map, List<Map.Entry<byte[], byte[]>> entries) {
        for (int from = 0; from < entries.size(); from += ELEMENTS_AT_ONCE) {
            List<Map.Entry<byte[], byte[]>> some =
                    entries.subList(from, Math.min(entries.size(), from + ELEMENTS_AT_ONCE));
            add(
                    type,
                    flags,
                    verb + " map \"" + map + "\"",
                    set -> set.text(1, table)
                            .text(2, map)
                            .nested(
                                    3,
                                    list -> some.forEach(entry -> list.nested(
                                            1,
                                            element -> element.nested(1, key -> key.bytes(1, entry.getKey()))
                                                    .nested(2, value -> value.bytes(1, entry.getValue()))))));
        }
        return this;
    }

    private Ruleset add(
            int type, int flags, String about, java.util.function.Consumer<NetlinkMessage.Attributes> body) {
        messages.add(message(type, flags, about).with(body));
        return this;
    }

    /** The messages of a transaction; the last but one is the last that does something. */
    List<NetlinkMessage> transaction() {
        List<NetlinkMessage> all = new ArrayList<>();
        all.add(new NetlinkMessage(BATCH_BEGIN, 0, "change table \"" + table + "\"", part(0, SUBSYSTEM >> 8)));
        all.addAll(messages);
        all.add(new NetlinkMessage(BATCH_END, 0, "change table \"" + table + "\"", part(0, SUBSYSTEM >> 8)));
        return all;
    }

    private static NetlinkMessage message(int type, int flags, String about) {
        return new NetlinkMessage(type, flags, about, part(IPV4, 0));
    }

    /** struct nfgenmsg { u8 family, version; be16 res_id; } */
    private static byte[] part(int family, int resource) {
        return ByteBuffer.allocate(Integer.BYTES)
                .put((byte) family)
                .put((byte) 0)
                .putShort((short) resource)
                .array();
    }
}
