package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A conversation with a part of the kernel in datagrams. netlink(7)
 *
 * <p>It speaks to the network namespace of the thread that opened it, whichever thread uses it later. Routing and netfilter do what they
 * are told before the sending returns, so their answers wait already when one begins to read.
 *
 * <p>Errors come with the kernel's own sentence where it has one (NETLINK_EXT_ACK), and without a copy of the request (NETLINK_CAP_ACK).
 */
public final class NetlinkSocket implements AutoCloseable {
    /** More than the kernel puts into one datagram of a dump. */
    private static final int LARGEST = 64 * 1024;

    private static final int USUAL_SEND_BUFFER = 100 * 1024;

    /** Whom to speak with; linux/netlink.h. */
    public enum Family {
        /** Interfaces, addresses, routes. rtnetlink(7) */
        ROUTE(0),
        /** Packet filters and address translation. */
        NETFILTER(12);

        private final int number;

        Family(int number) {
            this.number = number;
        }
    }

    private final Fd fd;

    private NetlinkSocket(Fd fd) {
        this.fd = fd;
    }

    /** Opens one in the calling thread's network namespace. */
    public static NetlinkSocket open(Family family) throws SyscallException {
        long result = Libc.invoke(
                Syscall.SOCKET,
                SocketConstants.AF_NETLINK,
                SocketConstants.SOCK_RAW | SocketConstants.SOCK_CLOEXEC,
                family.number);
        NetlinkSocket socket =
                new NetlinkSocket(Fd.adopt((int) OpenFiles.check(result, Syscall.SOCKET, "AF_NETLINK, " + family)));
        boolean done = false;
        try {
            socket.option(SocketConstants.SOL_NETLINK, SocketConstants.NETLINK_CAP_ACK, 1);
            socket.option(SocketConstants.SOL_NETLINK, SocketConstants.NETLINK_EXT_ACK, 1);
            done = true;
            return socket;
        } finally {
            if (!done) {
                socket.close();
            }
        }
    }

    /** Sends one datagram to the kernel, whole. sendto(2) */
    public void send(byte[] datagram) throws SyscallException {
        if (datagram.length > USUAL_SEND_BUFFER) {
            // the usual limit counts the kernel's own records too; only root may go beyond it
            option(SocketConstants.SOL_SOCKET, SocketConstants.SO_SNDBUFFORCE, 2 * datagram.length);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, datagram);
            OpenFiles.check(
                    Libc.invokeUninterrupted(Syscall.SENDTO, fd.number(), bytes.address(), bytes.byteSize(), 0, 0, 0),
                    Syscall.SENDTO,
                    "netlink, " + datagram.length + " bytes");
        }
    }

    /**
     * Takes one datagram. recvfrom(2)
     *
     * @throws SyscallException ETIMEDOUT when none comes in that time, EMSGSIZE when it is larger than any that the kernel should send
     */
    public byte[] receive(Duration atMost) throws SyscallException {
        if (!Poll.readable(fd, atMost)) {
            throw new SyscallException("recvfrom", "netlink, within " + atMost.toMillis() + " ms", Errno.ETIMEDOUT);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(LARGEST);
            long length = OpenFiles.check(
                    Libc.invokeUninterrupted(
                            Syscall.RECVFROM, fd.number(), bytes.address(), LARGEST, SocketConstants.MSG_TRUNC, 0, 0),
                    Syscall.RECVFROM,
                    "netlink");
            if (length > LARGEST) {
                throw new SyscallException("recvfrom", "netlink, a datagram of " + length + " bytes", Errno.EMSGSIZE);
            }
            return bytes.asSlice(0, length).toArray(JAVA_BYTE);
        }
    }

    private void option(int level, int name, int value) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(JAVA_INT, value);
            OpenFiles.check(
                    Libc.invoke(Syscall.SETSOCKOPT, fd.number(), level, name, word.address(), Integer.BYTES),
                    Syscall.SETSOCKOPT,
                    fd + ", " + level + ", " + name);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
