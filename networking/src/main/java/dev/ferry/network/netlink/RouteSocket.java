package dev.ferry.network.netlink;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.NetlinkSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one network namespace has of interfaces, addresses and routes: that of the thread that opened this.
 *
 * <p>Opened for a few messages and closed; a socket costs less than the first of them. Not safe for several threads.
 */
public final class RouteSocket implements AutoCloseable {
    private final NetlinkSocket socket;
    private final Conversation conversation;

    private RouteSocket(NetlinkSocket socket) {
        this.socket = socket;
        this.conversation = new Conversation(socket);
    }

    /** In the calling thread's network namespace. */
    public static RouteSocket open() throws IOException {
        return new RouteSocket(NetlinkSocket.open(NetlinkSocket.Family.ROUTE));
    }

    /**
     * Says messages in one go. A refusal does not undo those before it, nor stop those behind it.
     *
     * @throws NetlinkException the first refusal
     */
    public void say(List<NetlinkMessage> messages) throws IOException {
        conversation.say(messages);
    }

    /** As above. */
    public void say(NetlinkMessage... messages) throws IOException {
        conversation.say(List.of(messages));
    }

    /** The interface of that name. */
    public Optional<Link> find(String name) throws IOException {
        try {
            return Optional.of(RouteMessages.link(conversation.ask(RouteMessages.get(name))));
        } catch (NetlinkException e) {
            if (e.is(Errno.ENODEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Deletes an interface; false when it is not there. */
    public boolean delete(String name) throws IOException {
        try {
            say(RouteMessages.delete(name));
            return true;
        } catch (NetlinkException e) {
            if (e.is(Errno.ENODEV)) {
                return false;
            }
            throw e;
        }
    }

    /** All interfaces. */
    public List<Link> links() throws IOException {
        List<Link> links = new ArrayList<>();
        for (NetlinkReply reply : conversation.list(RouteMessages.getAll())) {
            links.add(RouteMessages.link(reply));
        }
        return links;
    }

    /** All addresses. */
    public List<RouteMessages.InterfaceAddress> addresses() throws IOException {
        List<RouteMessages.InterfaceAddress> addresses = new ArrayList<>();
        for (NetlinkReply reply : conversation.list(RouteMessages.getAddresses())) {
            RouteMessages.interfaceAddress(reply).ifPresent(addresses::add);
        }
        return addresses;
    }

    /** All routes but the default ones, whichever table they are in. */
    public List<RouteMessages.Route> routes() throws IOException {
        List<RouteMessages.Route> routes = new ArrayList<>();
        for (NetlinkReply reply : conversation.list(RouteMessages.getRoutes())) {
            RouteMessages.route(reply).ifPresent(routes::add);
        }
        return routes;
    }

    @Override
    public void close() {
        socket.close();
    }
}
