package dev.ferry.network.port;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.Locale;

/**
 * A socket of ours at a published port, so that no other program of the host takes it and nobody is sent there by chance. Nothing ever
 * arrives at it: the packet filter sends everything to the container before.
 *
 * <p>TCP sockets listen: one that is only bound would let others bind beside it, or, without SO_REUSEADDR, be refused for the minute in
 * which connections of an earlier server are forgotten. socket(7), ip(7)
 */
final class Reservation implements AutoCloseable {
    private static final int BACKLOG = 1;

    private final NetworkChannel channel;

    private Reservation(NetworkChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the port in the calling thread's network namespace.
     *
     * @throws BindException when the host does not let it be taken
     */
    static Reservation of(PublishedPort port) throws IOException {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getByAddress(port.host().bytes()), port.hostPort());
        NetworkChannel channel = switch (port.transport()) {
            case TCP -> ServerSocketChannel.open(java.net.StandardProtocolFamily.INET);
            case UDP -> DatagramChannel.open(java.net.StandardProtocolFamily.INET);
        };
        boolean done = false;
        try {
            if (channel instanceof ServerSocketChannel server) {
                server.bind(address, BACKLOG);
            } else {
                channel.bind(address);
            }
            done = true;
            return new Reservation(channel);
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /** The kernel's sentence as docker has it: in small letters, without what Java adds. */
    static String reason(BindException refusal) {
        String sentence = String.valueOf(refusal.getMessage()).toLowerCase(Locale.ROOT);
        int extra = sentence.indexOf(" (");
        return extra < 0 ? sentence : sentence.substring(0, extra);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError("a socket that nobody uses cannot fail to close", e);
        }
    }
}
