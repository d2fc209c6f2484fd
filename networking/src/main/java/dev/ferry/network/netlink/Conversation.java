package dev.ferry.network.netlink;

import dev.ferry.runtime.linux.NetlinkSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages in one datagram, and the kernel's answers to them.
 *
 * <p>Only the last one asks for an acknowledgement: a refusal is told in any case, answers come in the order of the messages, and a
 * receive buffer full of acknowledgements would lose the one that matters. What the kernel does after a refusal is its parts' affair: routing
 * goes on with the next message, netfilter undoes the whole batch.
 */
public final class Conversation {
    /** The kernel has answered when the sending returns; this is for one that is broken. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final NetlinkSocket socket;
    private int sequence;

    /** Over a socket that the caller closes. */
    public Conversation(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * Says it, and returns when all of it is done.
     *
     * @throws NetlinkException the first refusal
     */
    public void say(List<NetlinkMessage> messages) throws IOException {
        say(messages, messages.size() - 1);
    }

    /**
     * The same, with the acknowledgement asked of another one than the last.
     *
     * @param acknowledged its place
     */
    public void say(List<NetlinkMessage> messages, int acknowledged) throws IOException {
        int first = sequence + 1;
        ByteArrayOutputStream datagram = new ByteArrayOutputStream();
        for (NetlinkMessage message : messages) {
            datagram.writeBytes(message.bytes(++sequence, sequence == first + acknowledged));
        }
        socket.send(datagram.toByteArray());
        NetlinkException refusal = null;
        boolean over = false;
        while (!over) {
            for (NetlinkReply reply : NetlinkReply.of(socket.receive(PATIENCE))) {
                if (!reply.isVerdict() || reply.sequence() < first) {
                    continue;
                }
                if (reply.error() != 0 && refusal == null) {
                    refusal = reply.refusal(about(messages, reply.sequence() - first));
                }
                // a batch that is undone may answer its first message only, with the reason
                over |= reply.sequence() == first + acknowledged || (reply.error() != 0 && reply.sequence() == first);
            }
        }
        if (refusal != null) {
            throw refusal;
        }
    }

    /** Asks for one thing; its answer. */
    public NetlinkReply ask(NetlinkMessage message) throws IOException {
        int asked = ++sequence;
        socket.send(message.bytes(asked, false));
        while (true) {
            for (NetlinkReply reply : NetlinkReply.of(socket.receive(PATIENCE))) {
                if (reply.sequence() != asked) {
                    continue;
                }
                if (reply.isVerdict()) {
                    throw reply.refusal(message.about());
                }
                return reply;
            }
        }
    }

    /** Asks for a list; all answers. */
    public List<NetlinkReply> list(NetlinkMessage message) throws IOException {
        int asked = ++sequence;
        socket.send(message.bytes(asked, false));
        List<NetlinkReply> found = new ArrayList<>();
        while (true) {
            for (NetlinkReply reply : NetlinkReply.of(socket.receive(PATIENCE))) {
                if (reply.sequence() != asked) {
                    continue;
                }
                if (!reply.isVerdict()) {
                    found.add(reply);
                } else if (reply.error() != 0) {
                    throw reply.refusal(message.about());
                } else {
                    return found;
                }
            }
        }
    }

    private static String about(List<NetlinkMessage> messages, int place) {
        @Nullable NetlinkMessage message = place >= 0 && place < messages.size() ? messages.get(place) : null;
        return message == null ? "do what was asked" : message.about();
    }
}
