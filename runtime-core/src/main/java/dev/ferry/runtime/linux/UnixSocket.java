package dev.ferry.runtime.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A unix socket that carries bytes and descriptors. unix(7); blocking, so never on a virtual thread */
public final class UnixSocket implements AutoCloseable {
    private static final int MAXIMUM_FDS = 253;

    /** sockaddr_un(7): 108 bytes with the zero. */
    private static final int CONTROL_HEADER = Layouts.CMSGHDR.size();

    private static final int CMSG_LEN = Layouts.CMSGHDR.offset("cmsg_len");
    private static final int CMSG_LEVEL = Layouts.CMSGHDR.offset("cmsg_level");
    private static final int CMSG_TYPE = Layouts.CMSGHDR.offset("cmsg_type");

    /** What a send keeps together. */
    public enum Kind {
        /** A stream of bytes without borders. */
        STREAM(SocketConstants.SOCK_STREAM),
        /** Messages that arrive whole and in order. */
        SEQPACKET(SocketConstants.SOCK_SEQPACKET);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /** Two sockets connected to each other. */
    public record Pair(UnixSocket first, UnixSocket second) implements AutoCloseable {
        @Override
        public void close() {
            first.close();
            second.close();
        }
    }

    /**
     * What a receive brought.
     *
     * @param bytes empty at the end of the connection
     * @param fds descriptors that came along, owned by the receiver, close-on-exec
     * @param truncated whether the message was longer than the room for it
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    public record Received(byte[] bytes, List<Fd> fds, boolean truncated) {}

    /**
     * Who is at the other end, as of the time when the connection or the pair was made. SO_PEERCRED
     */
    public record Credentials(int pid, int uid, int gid) {}

    private final Fd fd;

    private UnixSocket(Fd fd) {
        this.fd = fd;
    }

    /** Takes over a connected socket. */
    public static UnixSocket adopt(Fd fd) {
        return new UnixSocket(Fd.adopt(fd.release()));
    }

    /** A stream to whoever listens at a path of at most 107 bytes. connect(2) */
    public static UnixSocket connect(Path path) throws SyscallException {
        return new UnixSocket(UnixAddress.stream(Syscall.CONNECT, path));
    }

    /** Two connected sockets, close-on-exec. socketpair(2) */
    public static Pair pair(Kind kind) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(JAVA_INT, 2);
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.SOCKETPAIR,
                            SocketConstants.AF_UNIX,
                            kind.number | SocketConstants.SOCK_CLOEXEC,
                            0,
                            pair.address()),
                    Syscall.SOCKETPAIR,
                    kind.name());
            return new Pair(
                    new UnixSocket(Fd.adopt(pair.get(JAVA_INT, 0))), new UnixSocket(Fd.adopt(pair.get(JAVA_INT, 4))));
        }
    }

    /** The descriptor; borrowed. */
    public Fd fd() {
        return fd;
    }

    /**
     * Sends bytes, and duplicates of descriptors with them. At least one byte: without one a stream does not carry
     * descriptors. EPIPE when the other end is closed, instead of a signal. sendmsg(2), SCM_RIGHTS
     */
    public void send(byte[] bytes, Fd... fds) throws SyscallException {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("an empty message means the end of the connection");
        }
        int sent = sendOnce(bytes, 0, fds);
        while (sent < bytes.length) {
            sent += sendOnce(bytes, sent);
        }
    }

    private int sendOnce(byte[] bytes, int offset, Fd... fds) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            int length = bytes.length - offset;
            MemorySegment payload = arena.allocate(length);
            MemorySegment.copy(bytes, offset, payload, JAVA_BYTE, 0, length);
            Message message = Message.of(arena, payload, controlSize(fds.length));
            message.put(fds);
            return (int) OpenFiles.check(
                    Libc.invokeUninterrupted(
                            Syscall.SENDMSG, fd.number(), message.header().address(), SocketConstants.MSG_NOSIGNAL),
                    Syscall.SENDMSG,
                    fd + ", " + length + " bytes, " + fds.length + " descriptors");
        }
    }

    /** Waits for bytes, at most that many, and takes the descriptors that come with them. recvmsg(2) */
    public Received receive(int maximum) throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment payload = arena.allocate(maximum);
            Message message = Message.of(arena, payload, controlSize(MAXIMUM_FDS));
            long length = OpenFiles.check(
                    Libc.invokeUninterrupted(
                            Syscall.RECVMSG, fd.number(), message.header().address(), SocketConstants.MSG_CMSG_CLOEXEC),
                    Syscall.RECVMSG,
                    fd + ", " + maximum + " bytes");
            int flags = message.header().get(JAVA_INT, Layouts.MSGHDR.offset("msg_flags"));
            return new Received(
                    payload.asSlice(0, length).toArray(JAVA_BYTE),
                    message.take(),
                    (flags & (SocketConstants.MSG_TRUNC | SocketConstants.MSG_CTRUNC)) != 0);
        }
    }

    /** Who made the connection or the pair. SO_PEERCRED, unix(7) */
    public Credentials peer() throws SyscallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment peer = arena.allocate(Layouts.UCRED.layout());
            MemorySegment length = arena.allocateFrom(JAVA_INT, Layouts.UCRED.size());
            OpenFiles.check(
                    Libc.invoke(
                            Syscall.GETSOCKOPT,
                            fd.number(),
                            SocketConstants.SOL_SOCKET,
                            SocketConstants.SO_PEERCRED,
                            peer.address(),
                            length.address()),
                    Syscall.GETSOCKOPT,
                    fd + ", SO_PEERCRED");
            return new Credentials(peer.get(JAVA_INT, 0), peer.get(JAVA_INT, 4), peer.get(JAVA_INT, 8));
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    private static long controlSize(int fds) {
        return fds == 0 ? 0 : CONTROL_HEADER + ((4L * fds + 7) & -8);
    }

    /** A message header with the room for descriptors that it points to. */
    private record Message(MemorySegment header, MemorySegment control) {
        static Message of(Arena arena, MemorySegment payload, long controlSize) {
            MemorySegment vector = arena.allocate(Layouts.IOVEC.layout());
            vector.set(JAVA_LONG, Layouts.IOVEC.offset("iov_base"), payload.address());
            vector.set(JAVA_LONG, Layouts.IOVEC.offset("iov_len"), payload.byteSize());
            MemorySegment control = arena.allocate(controlSize, Long.BYTES);
            MemorySegment header = arena.allocate(Layouts.MSGHDR.layout());
            header.set(JAVA_LONG, Layouts.MSGHDR.offset("msg_iov"), vector.address());
            header.set(JAVA_LONG, Layouts.MSGHDR.offset("msg_iovlen"), 1);
            if (controlSize > 0) {
                header.set(JAVA_LONG, Layouts.MSGHDR.offset("msg_control"), control.address());
                header.set(JAVA_LONG, Layouts.MSGHDR.offset("msg_controllen"), controlSize);
            }
            return new Message(header, control);
        }

        void put(Fd... fds) {
            if (fds.length == 0) {
                return;
            }
            control.set(JAVA_LONG, CMSG_LEN, CONTROL_HEADER + 4L * fds.length);
            control.set(JAVA_INT, CMSG_LEVEL, SocketConstants.SOL_SOCKET);
            control.set(JAVA_INT, CMSG_TYPE, SocketConstants.SCM_RIGHTS);
            for (int i = 0; i < fds.length; i++) {
                control.set(JAVA_INT, CONTROL_HEADER + 4L * i, fds[i].number());
            }
        }

        /** Only one kind of control message is ever asked for, so there is one of them at most. */
        List<Fd> take() {
            List<Fd> fds = new ArrayList<>();
            long used = header.get(JAVA_LONG, Layouts.MSGHDR.offset("msg_controllen"));
            if (used < CONTROL_HEADER || control.get(JAVA_INT, CMSG_TYPE) != SocketConstants.SCM_RIGHTS) {
                return fds;
            }
            long length = control.get(JAVA_LONG, CMSG_LEN);
            for (long at = CONTROL_HEADER; at + 4 <= length; at += 4) {
                fds.add(Fd.adopt(control.get(JAVA_INT, at)));
            }
            return fds;
        }
    }
}
