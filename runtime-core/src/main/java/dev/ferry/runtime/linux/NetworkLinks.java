package dev.ferry.runtime.linux;

import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Network interfaces of the namespace of the thread that opens this, as far as moving one elsewhere takes. rtnetlink(7); a socket stays in its
 * namespace, whichever thread uses it.
 */
public final class NetworkLinks implements AutoCloseable {
    /** Bytes of a name with its zero. */
    private static final int IFNAMSIZ = 16;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_GETADDR = 22;
    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_ACK = 4;
    private static final int NLM_F_DUMP = 0x300;
    private static final int NLM_F_CREATE_NEW = 0x600;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLMSG_HEADER = 16;
    private static final int IFINFOMSG = 16;
    private static final int IFADDRMSG = 8;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_BROADCAST = 4;
    private static final int IFF_UP = 1;
    private static final int IFA_F_PERMANENT = 0x80;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int ANSWER = 64 << 10;

    private final Fd socket;
    private int sequence;

    private NetworkLinks(Fd socket) {
        this.socket = socket;
    }

    /** Those of the calling thread's namespace. */
    public static NetworkLinks open() throws SyscallException {
        long fd = Libc.invoke(Syscall.SOCKET, AF_NETLINK, SOCK_RAW | SocketConstants.SOCK_CLOEXEC, 0);
        return new NetworkLinks(Fd.adopt((int) OpenFiles.check(fd, Syscall.SOCKET, "netlink")));
    }

    /**
     * An address that somebody has given an interface for good and for everybody.
     *
     * @param attributes of the kernel's message, repeated when it is given to another
     */
    public record Address(int family, int prefix, List<Attribute> attributes) {
        public Address {
            attributes = List.copyOf(attributes);
        }
    }

    /** One attribute of a message. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    public record Attribute(int type, byte[] value) {}

    /** Whether the kernel takes such a name. dev_valid_name */
    public static boolean isName(String name) {
        return !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length < IFNAMSIZ
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == ':' || Character.isWhitespace(c));
    }

    /** The number of an interface; empty when there is none of that name. */
    public OptionalInt index(String name) throws SyscallException {
        try {
            List<ByteBuffer> answers =
                    ask(message(RTM_GETLINK, 0, link(0, 0, 0), List.of(text(IFLA_IFNAME, name))), "look for " + name);
            return answers.isEmpty()
                    ? OptionalInt.empty()
                    : OptionalInt.of(answers.getFirst().getInt(NLMSG_HEADER + 4));
        } catch (SyscallException e) {
            if (e.is(Errno.ENODEV)) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    /** The addresses of an interface that hold everywhere and were not leased: those that are worth keeping when it moves. */
    public List<Address> addresses(int index) throws SyscallException {
        byte[] body = new byte[IFADDRMSG];
        List<Address> kept = new ArrayList<>();
        for (ByteBuffer answer : ask(message(RTM_GETADDR, NLM_F_DUMP, body, List.of()), "list addresses")) {
            int flags = answer.get(NLMSG_HEADER + 2);
            int scope = answer.get(NLMSG_HEADER + 3);
            if (answer.getInt(NLMSG_HEADER + 4) != index
                    || (flags & IFA_F_PERMANENT) == 0
                    || scope != RT_SCOPE_UNIVERSE) {
                continue;
            }
            kept.add(new Address(
                    answer.get(NLMSG_HEADER),
                    answer.get(NLMSG_HEADER + 1) & 0xff,
                    attributes(answer, NLMSG_HEADER + IFADDRMSG)));
        }
        return kept;
    }

    private static List<Attribute> attributes(ByteBuffer message, int from) {
        List<Attribute> kept = new ArrayList<>();
        int at = from;
        while (at + 4 <= message.limit()) {
            int length = message.getShort(at) & 0xffff;
            int type = message.getShort(at + 2) & 0xffff;
            if (length < 4 || at + length > message.limit()) {
                break;
            }
            if (type == IFA_ADDRESS || type == IFA_LOCAL || type == IFA_BROADCAST) {
                byte[] value = new byte[length - 4];
                message.get(at + 4, value);
                kept.add(new Attribute(type, value));
            }
            at += (length + 3) & -4;
        }
        return kept;
    }

    /** Gives an interface an address. */
    public void add(int index, Address address) throws SyscallException {
        byte[] body = buffer(IFADDRMSG)
                .put(0, (byte) address.family())
                .put(1, (byte) address.prefix())
                .putInt(4, index)
                .array();
        ask(
                message(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE_NEW, body, address.attributes()),
                "add an address to interface " + index);
    }

    /** Switches an interface on or off. */
    public void switchTo(int index, boolean on) throws SyscallException {
        ask(
                message(RTM_NEWLINK, NLM_F_ACK, link(index, on ? IFF_UP : 0, IFF_UP), List.of()),
                "switch interface " + index + (on ? " on" : " off"));
    }

    /** Moves an interface to another network namespace under another name, in one step; EEXIST when that name is taken there. */
    public void move(int index, Fd namespace, String name) throws SyscallException {
        byte[] fd = buffer(4).putInt(0, namespace.number()).array();
        ask(
                message(
                        RTM_NEWLINK,
                        NLM_F_ACK,
                        link(index, 0, 0),
                        List.of(new Attribute(IFLA_NET_NS_FD, fd), text(IFLA_IFNAME, name))),
                "move interface " + index + " as " + name);
    }

    private static byte[] link(int index, int flags, int change) {
        return buffer(IFINFOMSG)
                .putInt(4, index)
                .putInt(8, flags)
                .putInt(12, change)
                .array();
    }

    private static Attribute text(int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Attribute(type, buffer(bytes.length + 1).put(0, bytes).array());
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] message(int type, int flags, byte[] body, List<Attribute> attributes) {
        int size = NLMSG_HEADER + body.length;
        for (Attribute attribute : attributes) {
            size += (4 + attribute.value().length + 3) & -4;
        }
        byte[] whole = new byte[size];
        ByteBuffer message = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        message.putInt(size).putShort((short) type).putShort((short) (flags | NLM_F_REQUEST));
        message.putInt(++sequence).putInt(0).put(body);
        for (Attribute attribute : attributes) {
            int at = message.position();
            int length = 4 + attribute.value().length;
            message.putShort((short) length).putShort((short) attribute.type()).put(attribute.value());
            message.position(at + ((length + 3) & -4));
        }
        return whole;
    }

    /** The kernel answers before write(2) returns. */
    private List<ByteBuffer> ask(byte[] message, String what) throws SyscallException {
        OpenFiles.writeFully(socket, message);
        List<ByteBuffer> answers = new ArrayList<>();
        while (true) {
            ByteBuffer datagram =
                    ByteBuffer.wrap(OpenFiles.read(socket, ANSWER)).order(ByteOrder.LITTLE_ENDIAN);
            int at = 0;
            boolean isDump = false;
            while (at + NLMSG_HEADER <= datagram.limit()) {
                int length = datagram.getInt(at);
                int type = datagram.getShort(at + 4);
                isDump |= (datagram.getShort(at + 6) & 2) != 0;
                if (type == NLMSG_DONE) {
                    return answers;
                }
                if (type == NLMSG_ERROR) {
                    int error = datagram.getInt(at + NLMSG_HEADER);
                    OpenFiles.check(error, Syscall.SENDMSG, "rtnetlink: " + what);
                    return answers;
                }
                answers.add(datagram.slice(at, length).order(ByteOrder.LITTLE_ENDIAN));
                at += (length + 3) & -4;
            }
            if (!isDump) {
                return answers;
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
