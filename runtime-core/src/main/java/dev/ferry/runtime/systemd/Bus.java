package dev.ferry.runtime.systemd;

import dev.ferry.runtime.linux.DeviceControl;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Poll;
import dev.ferry.runtime.linux.Processes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.UnixSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a bus, or to systemd itself: methods are called one after the other, and signals that come meanwhile are kept. For one
 * thread; every wait has a deadline. D-Bus Specification, "Authentication Protocol" and "Message Protocol".
 */
final class Bus implements AutoCloseable {
    private static final int CHUNK = 8192;
    private static final int LONGEST_LINE = 1024;
    /** Between two looks at what the other end has read. */
    private static final Duration LOOK = Duration.ofMillis(1);

    private static final String BUS = "org.freedesktop.DBus";
    private static final String BUS_PATH = "/org/freedesktop/DBus";

    private final UnixSocket socket;
    private final Path name;
    private final Duration patience;
    private final Queue<Message> signals = new ArrayDeque<>();
    private byte[] received = new byte[0];
    private int serial;

    private Bus(UnixSocket socket, Path name, Duration patience) {
        this.socket = socket;
        this.name = name;
        this.patience = patience;
    }

    /** Connects and says who we are. The caller's to close. */
    static Bus connect(BusAddress address, Duration patience) throws SystemdException {
        UnixSocket socket;
        try {
            socket = UnixSocket.connect(address.socket());
        } catch (SyscallException | IllegalArgumentException e) {
            throw new BusUnusable("\"%s\": %s".formatted(address.socket(), e.getMessage()), e);
        }
        Bus bus = new Bus(socket, address.socket(), patience);
        boolean done = false;
        try {
            bus.authenticate();
            if (address.direct()) {
                bus.awaitRead();
            } else {
                bus.call(BUS, BUS_PATH, BUS, "Hello", List.of());
            }
            done = true;
            return bus;
        } catch (SystemdRefused e) {
            throw new BusUnusable("\"%s\" does not let us in: %s".formatted(address.socket(), e.getMessage()), e);
        } finally {
            if (!done) {
                bus.close();
            }
        }
    }

    /** By our user id, which the kernel vouches for. "EXTERNAL" */
    private void authenticate() throws BusUnusable {
        String user = Integer.toString(Processes.effectiveUserId());
        String line = "\0AUTH EXTERNAL " + HexFormat.of().formatHex(user.getBytes(StandardCharsets.US_ASCII)) + "\r\n";
        send(line.getBytes(StandardCharsets.US_ASCII));
        String answer = line(deadline());
        if (!answer.startsWith("OK ")) {
            throw new BusUnusable("\"%s\" does not let us in: it says \"%s\"".formatted(name, answer), null);
        }
        send("BEGIN\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * systemd looks for messages when there is something to read. A short one that it has read together with the end of the authentication
     * would lie there unseen, until another comes.
     */
    private void awaitRead() throws BusUnusable {
        long deadline = deadline();
        try {
            while (!DeviceControl.isAllRead(socket.fd())) {
                if (System.nanoTime() - deadline >= 0) {
                    throw silent("who we are");
                }
                Thread.sleep(LOOK);
            }
        } catch (SyscallException e) {
            throw broken("who we are", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusUnusable("interrupted while waiting for \"%s\"; try again".formatted(name), e);
        }
    }

    private String line(long deadline) throws BusUnusable {
        while (true) {
            String text = new String(received, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n");
            if (end >= 0) {
                received = Arrays.copyOfRange(received, end + 2, received.length);
                return text.substring(0, end);
            }
            if (received.length > LONGEST_LINE) {
                throw new BusUnusable("\"%s\" does not speak D-Bus: its first line has no end".formatted(name), null);
            }
            receive(deadline, "who we are");
        }
    }

    /** Asks the bus for signals; where systemd itself is at the other end they come unasked. */
    void subscribe(String rule) throws SystemdException {
        call(BUS, BUS_PATH, BUS, "AddMatch", List.of(Value.text(rule)));
    }

    /**
     * Calls a method and waits for its answer.
     *
     * @throws SystemdRefused when that is an error
     * @throws BusUnusable when there is none
     */
    Message call(String destination, String path, String interfaceName, String method, List<Value> arguments)
            throws SystemdException {
        long deadline = deadline();
        int own = ++serial;
        send(Message.call(own, destination, path, interfaceName, method, arguments)
                .bytes());
        while (true) {
            Message message = next(deadline, method);
            switch (message.kind()) {
                case SIGNAL -> signals.add(message);
                case RETURN -> {
                    if (message.replyTo() == own) {
                        return message;
                    }
                }
                case ERROR -> {
                    if (message.replyTo() == own) {
                        throw refused(method, message);
                    }
                }
                case CALL, OTHER -> {}
            }
        }
    }

    private static SystemdRefused refused(String method, Message message) throws BusUnusable {
        String error = message.errorName();
        return new SystemdRefused(
                method,
                error == null ? "an error without a name" : error,
                message.body().isEmpty() ? "no reason given" : message.textAt(0));
    }

    /** The next signal, one of those that were kept first; null when none has come in time. */
    @Nullable
    Message signal(long deadline) throws BusUnusable {
        while (signals.isEmpty()) {
            if (!hasMore(deadline)) {
                return null;
            }
            Message message = next(deadline, "a signal");
            if (message.kind() == Message.Kind.SIGNAL) {
                signals.add(message);
            }
        }
        return signals.remove();
    }

    private boolean hasMore(long deadline) throws BusUnusable {
        OptionalInt length = Message.length(ByteBuffer.wrap(received));
        return (length.isPresent() && received.length >= length.getAsInt()) || isReadable(deadline);
    }

    private Message next(long deadline, String about) throws BusUnusable {
        while (true) {
            OptionalInt length = Message.length(ByteBuffer.wrap(received));
            if (length.isPresent() && received.length >= length.getAsInt()) {
                byte[] whole = Arrays.copyOf(received, length.getAsInt());
                received = Arrays.copyOfRange(received, length.getAsInt(), received.length);
                return Message.read(whole, Bus::isRead);
            }
            receive(deadline, about);
        }
    }

    private static boolean isRead(Message message) {
        return message.kind() != Message.Kind.SIGNAL || Systemd.JOB_REMOVED.equals(message.member());
    }

    private void receive(long deadline, String about) throws BusUnusable {
        if (!isReadable(deadline)) {
            throw silent(about);
        }
        UnixSocket.Received chunk;
        try {
            chunk = socket.receive(CHUNK);
        } catch (SyscallException e) {
            throw broken(about, e);
        }
        chunk.fds().forEach(Fd::close);
        if (chunk.bytes().length == 0) {
            throw broken(about, null);
        }
        int before = received.length;
        received = Arrays.copyOf(received, before + chunk.bytes().length);
        System.arraycopy(chunk.bytes(), 0, received, before, chunk.bytes().length);
    }

    private boolean isReadable(long deadline) throws BusUnusable {
        try {
            return Poll.readable(socket.fd(), Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        } catch (SyscallException e) {
            throw broken("anything", e);
        }
    }

    private void send(byte[] bytes) throws BusUnusable {
        try {
            socket.send(bytes);
        } catch (SyscallException e) {
            throw broken("anything", e);
        }
    }

    private BusUnusable silent(String about) {
        return new BusUnusable(
                "\"%s\" did not answer %s within %d s; see whether systemd hangs, \"systemctl status\" may tell"
                        .formatted(name, about, patience.toSeconds()),
                null);
    }

    private BusUnusable broken(String about, @Nullable SyscallException cause) {
        String how = cause == null || cause.is(Errno.EPIPE) || cause.is(Errno.ECONNRESET)
                ? "has closed the connection"
                : String.valueOf(cause.getMessage());
        return new BusUnusable(
                "\"%s\" %s instead of answering %s; try again when systemd and the bus are up"
                        .formatted(name, how, about),
                cause);
    }

    private long deadline() {
        return System.nanoTime() + patience.toNanos();
    }

    @Override
    public void close() {
        socket.close();
    }
}
