package dev.ferry.network.netlink;

import dev.ferry.runtime.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One message from the kernel.
 *
 * @param type of the message
 * @param sequence of the message that it answers
 * @param body what follows the header; a view of the datagram in the machine's byte order
 */
public record NetlinkReply(int type, int flags, int sequence, ByteBuffer body) {
    static final int ERROR = 2;
    static final int DONE = 3;

    private static final int CAPPED = 0x100;
    private static final int WITH_ATTRIBUTES = 0x200;
    private static final int ERROR_TEXT = 1;
    private static final int NUMBER_OF_ATTRIBUTE = 0x3fff;

    /**
     * The messages of a datagram.
     *
     * @throws NetlinkException if it is none that the kernel makes
     */
    static List<NetlinkReply> of(byte[] datagram) throws NetlinkException {
        List<NetlinkReply> replies = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        int at = 0;
        while (at + NetlinkMessage.HEADER <= datagram.length) {
            int length = in.getInt(at);
            if (length < NetlinkMessage.HEADER || length > datagram.length - at) {
                throw NetlinkException.damaged("a message of " + length + " bytes in " + (datagram.length - at));
            }
            ByteBuffer body = in.slice(at + NetlinkMessage.HEADER, length - NetlinkMessage.HEADER)
                    .order(ByteOrder.nativeOrder());
            replies.add(new NetlinkReply(
                    in.getShort(at + 4) & 0xffff, in.getShort(at + 6) & 0xffff, in.getInt(at + 8), body));
            at += aligned(length);
        }
        return replies;
    }

    /** Whether it says that something has been done, or why not. */
    boolean isVerdict() {
        return type == ERROR || type == DONE;
    }

    /** The kernel's reason in a verdict, 0 for done. */
    int error() {
        return body.remaining() >= Integer.BYTES ? -body.getInt(0) : 0;
    }

    /** The kernel's sentence about an error, or nothing. NLMSGERR_ATTR_MSG */
    String errorText() throws NetlinkException {
        if (type != ERROR || (flags & WITH_ATTRIBUTES) == 0) {
            return "";
        }
        // behind the number stands the header of the request, and all of it unless capped
        int copied = (flags & CAPPED) != 0 ? NetlinkMessage.HEADER : aligned(body.getInt(Integer.BYTES));
        return text(attributes(Integer.BYTES + copied).get(ERROR_TEXT));
    }

    /** The attributes behind a fixed part, by number; of several with one number the last one. */
    public Map<Integer, ByteBuffer> attributes(int fixedPart) throws NetlinkException {
        return attributes(body, fixedPart);
    }

    /** The attributes in a value. */
    public static Map<Integer, ByteBuffer> attributes(ByteBuffer value, int from) throws NetlinkException {
        Map<Integer, ByteBuffer> found = new HashMap<>();
        int at = from;
        while (at + 4 <= value.limit()) {
            int length = value.getShort(at) & 0xffff;
            if (length < 4 || length > value.limit() - at) {
                throw NetlinkException.damaged("an attribute of " + length + " bytes in " + (value.limit() - at));
            }
            found.put(
                    value.getShort(at + 2) & NUMBER_OF_ATTRIBUTE,
                    value.slice(at + 4, length - 4).order(ByteOrder.nativeOrder()));
            at += aligned(length);
        }
        return found;
    }

    /** Text up to its zero; empty for no attribute. */
    public static String text(@org.jspecify.annotations.Nullable ByteBuffer value) {
        if (value == null) {
            return "";
        }
        byte[] bytes = new byte[value.limit()];
        value.get(0, bytes);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** The refusal that a verdict is. */
    NetlinkException refusal(String about) throws NetlinkException {
        return NetlinkException.refused(about, Errno.of(error()), errorText());
    }

    private static int aligned(int length) {
        return (length + 3) & -4;
    }
}
