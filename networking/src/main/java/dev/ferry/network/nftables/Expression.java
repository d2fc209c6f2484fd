package dev.ferry.network.nftables;

import dev.ferry.network.netlink.NetlinkMessage.Attributes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One word of a rule. nft(8), linux/netfilter/nf_tables.h; {@code nft --debug=netlink} prints rules in just these.
 *
 * <p>Registers are four bytes each here, numbered from 0; what is longer goes on in the next ones.
 */
public sealed interface Expression {
    /** The kernel's number of our register 0: its first four, of 16 bytes each, have other names. NFT_REG32_00 */
    int FIRST_REGISTER = 8;

    int META_OIFNAME = 7;
    int META_IIFNAME = 6;
    int META_L4PROTO = 16;
    int CT_STATE = 0;
    int CT_STATUS = 2;
    /** Bits of a connection's state: a reply or a follower of a connection that was let through. */
    int ESTABLISHED_OR_RELATED = 0x6;
    /** Bit of a connection's status: its destination was translated. IPS_DST_NAT */
    int DESTINATION_TRANSLATED = 0x20;

    int INTERFACE_NAME = 16;

    /** Its name. */
    String name();

    /** Its attributes. */
    void write(Attributes out);

    /** Loads something that the kernel knows beside the packet. */
    record Meta(int key, int register) implements Expression {
        @Override
        public String name() {
            return "meta";
        }

        @Override
        public void write(Attributes out) {
            out.networkWord(2, key).networkWord(1, FIRST_REGISTER + register);
        }
    }

    /** Loads bytes of the packet, from a place in its network header (1) or transport header (2). */
    record Payload(int header, int offset, int length, int register) implements Expression {
        /** The packet's source. */
        static Payload source(int register) {
            return new Payload(1, 12, 4, register);
        }

        /** The packet's destination. */
        static Payload destination(int register) {
            return new Payload(1, 16, 4, register);
        }

        /** The port it goes to. */
        static Payload port(int register) {
            return new Payload(2, 2, 2, register);
        }

        @Override
        public String name() {
            return "payload";
        }

        @Override
        public void write(Attributes out) {
            out.networkWord(1, FIRST_REGISTER + register)
                    .networkWord(2, header)
                    .networkWord(3, offset)
                    .networkWord(4, length);
        }
    }

    /** Loads something about the packet's connection. */
    record Connection(int key, int register) implements Expression {
        @Override
        public String name() {
            return "ct";
        }

        @Override
        public void write(Attributes out) {
            out.networkWord(2, key).networkWord(1, FIRST_REGISTER + register);
        }
    }

    /** Loads what kind of address the packet's destination is: 2 for one of this host. */
    record DestinationKind(int register) implements Expression {
        static final int LOCAL = 2;

        @Override
        public String name() {
            return "fib";
        }

        @Override
        public void write(Attributes out) {
            out.networkWord(1, FIRST_REGISTER + register).networkWord(2, 3).networkWord(3, 2);
        }
    }

    /** Keeps some bits of a register. */
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    record Mask(int register, byte[] bits) implements Expression {
        @Override
        public String name() {
            return "bitwise";
        }

        @Override
        public void write(Attributes out) {
            out.networkWord(1, FIRST_REGISTER + register)
                    .networkWord(2, FIRST_REGISTER + register)
                    .networkWord(3, bits.length)
                    .nested(4, value -> value.bytes(1, bits))
                    .nested(5, value -> value.bytes(1, new byte[bits.length]));
        }
    }

    /** Goes on with the rule if a register has that value, or if it has not. */
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    record Compare(int register, boolean equal, byte[] value) implements Expression {
        @Override
        public String name() {
            return "cmp";
        }

        @Override
        public void write(Attributes out) {
            out.networkWord(1, FIRST_REGISTER + register)
                    .networkWord(2, equal ? 0 : 1)
                    .nested(3, data -> data.bytes(1, value));
        }
    }

    /** Loads the value that a map has for the key from one register on; ends the rule when it has none. */
    record Lookup(String map, int key, int value) implements Expression {
        @Override
        public String name() {
            return "lookup";
        }

        @Override
        public void write(Attributes out) {
            out.text(1, map).networkWord(2, FIRST_REGISTER + key).networkWord(3, FIRST_REGISTER + value);
        }
    }

    /** Sends the connection to the address and the port in two registers. */
    record SendTo(int address, int port) implements Expression {
        @Override
        public String name() {
            return "nat";
        }

        @Override
        public void write(Attributes out) {
            out.networkWord(1, 1)
                    .networkWord(2, 2)
                    .networkWord(3, FIRST_REGISTER + address)
                    .networkWord(5, FIRST_REGISTER + port);
        }
    }

    /** Lets the connection come from the address of the interface that it leaves by. */
    record Masquerade() implements Expression {
        @Override
        public String name() {
            return "masq";
        }

        @Override
        public void write(Attributes out) {
            // nothing to say
        }
    }

    /** Decides. */
    record Verdict(int code, String chain) implements Expression {
        static final Verdict DROP = new Verdict(0, "");
        static final Verdict ACCEPT = new Verdict(1, "");
        static final Verdict RETURN = new Verdict(-5, "");

        /** Goes through another chain, and on behind this rule if that does not decide. */
        static Verdict jump(String chain) {
            return new Verdict(-3, chain);
        }

        @Override
        public String name() {
            return "immediate";
        }

        @Override
        public void write(Attributes out) {
            out.networkWord(1, 0)
                    .nested(
                            2,
                            data -> data.nested(2, verdict -> {
                                verdict.networkWord(1, code);
                                if (!chain.isEmpty()) {
                                    verdict.text(2, chain);
                                }
                            }));
        }
    }

    /** The name of an interface as registers have it. */
    static byte[] interfaceName(String name) {
        return Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), INTERFACE_NAME);
    }

    /** A word as registers have what the kernel counts itself. */
    static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }
}
