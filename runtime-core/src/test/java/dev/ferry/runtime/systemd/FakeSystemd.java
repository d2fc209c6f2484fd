package dev.ferry.runtime.systemd;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * A service manager over a tree of plain files, which can misbehave. It listens for a bus as well as for itself: whoever says Hello has an
 * answer. Its thread ends with it.
 */
final class FakeSystemd implements AutoCloseable {
    /** What goes wrong. */
    enum Fault {
        NONE,
        LETS_NOBODY_IN,
        REFUSES,
        KNOWS_THE_UNIT,
        JOB_FAILS,
        JOB_HANGS,
        IS_SILENT,
        HANGS_UP,
        TALKS_GARBAGE,
        PUTS_IT_ELSEWHERE,
        REFUSES_PROPERTIES
    }

    private static final String JOB = "/org/freedesktop/systemd1/job/1";
    private static final String PATH = "/org/freedesktop/systemd1";
    private static final String MANAGER = "org.freedesktop.systemd1.Manager";

    /** Methods that were called, in order. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    /** Properties that it was told last. */
    final List<Property> properties = new CopyOnWriteArrayList<>();

    private final Path root;
    private final Path scope;
    private final String where;
    private final Fault fault;
    private final BusAddress address;
    private final ServerSocketChannel listener;
    private final Thread thread;
    private ByteBuffer received = ByteBuffer.allocate(0);
    private int serial;
    private boolean knowsUnit;

    /**
     * One that makes scopes below a directory.
     *
     * @param root has {@code proc}
     * @param tree where its hierarchy is mounted
     * @param where the cgroup of the only scope that it makes
     */
    FakeSystemd(Path root, Path tree, String where, Fault fault, boolean direct) throws IOException {
        this.root = root;
        this.scope = tree.resolve(where.substring(1));
        this.where = where;
        this.fault = fault;
        this.knowsUnit = fault == Fault.KNOWS_THE_UNIT;
        this.address = new BusAddress(root.resolve("bus"), direct);
        this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(address.socket()));
        this.thread = Thread.ofPlatform().name("fake systemd").start(this::serve);
    }

    List<BusAddress> addresses() {
        return List.of(address);
    }

    /** One caller after the other, until it is closed. */
    private void serve() {
        while (listener.isOpen()) {
            try (SocketChannel caller = listener.accept()) {
                received = ByteBuffer.allocate(0);
                if (welcome(caller)) {
                    while (answer(caller)) {}
                }
            } catch (IOException e) {
                // it is closed, or the caller has gone
            }
        }
    }

    private boolean welcome(SocketChannel caller) throws IOException {
        until(caller, "\r\n");
        if (fault == Fault.LETS_NOBODY_IN) {
            write(caller, "REJECTED ANONYMOUS\r\n".getBytes(StandardCharsets.US_ASCII));
            return false;
        }
        write(caller, "OK 0123456789abcdef0123456789abcdef\r\n".getBytes(StandardCharsets.US_ASCII));
        return until(caller, "BEGIN\r\n");
    }

    private boolean until(SocketChannel caller, String end) throws IOException {
        while (true) {
            byte[] bytes = Arrays.copyOfRange(received.array(), received.position(), received.limit());
            int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(end);
            if (at >= 0) {
                received.position(received.position() + at + end.length());
                return true;
            }
            if (!more(caller)) {
                return false;
            }
        }
    }

    private boolean more(SocketChannel caller) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(4096);
        if (caller.read(chunk) < 0) {
            return false;
        }
        received = ByteBuffer.allocate(received.remaining() + chunk.position())
                .put(received)
                .put(chunk.flip())
                .flip();
        return true;
    }

    private boolean answer(SocketChannel caller) throws IOException {
        OptionalInt length = Message.length(received);
        while (length.isEmpty() || received.remaining() < length.getAsInt()) {
            if (!more(caller)) {
                return false;
            }
            length = Message.length(received);
        }
        byte[] whole = new byte[length.getAsInt()];
        received.get(whole);
        Message call = Message.read(whole, wanted -> true);
        String method = String.valueOf(call.member());
        calls.add(method);
        return switch (method) {
            case "Hello" -> reply(caller, call, Value.text(":1.5"));
            case "StartTransientUnit" -> start(caller, call);
            case "StopUnit" -> stop(caller, call);
            case "ResetFailedUnit" -> {
                knowsUnit = false;
                yield reply(caller, call);
            }
            case "SetUnitProperties" -> set(caller, call);
            case "Get" -> reply(caller, call, new Value.Variant(Value.text("252.38-1~deb12u1")));
            default -> reply(caller, call);
        };
    }

    private boolean start(SocketChannel caller, Message call) throws IOException {
        remember((Value.Array) call.body().get(2));
        switch (fault) {
            case REFUSES -> {
                return error(caller, call, "org.freedesktop.DBus.Error.AccessDenied", "Access denied");
            }
            case IS_SILENT -> {
                return true;
            }
            case HANGS_UP -> {
                return false;
            }
            case TALKS_GARBAGE -> {
                write(caller, "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return true;
            }
            case JOB_HANGS -> {
                return reply(caller, call, new Value.Text('o', JOB));
            }
            case JOB_FAILS -> {
                return reply(caller, call, new Value.Text('o', JOB)) && ended(caller, "failed");
            }
            case NONE, LETS_NOBODY_IN, KNOWS_THE_UNIT, PUTS_IT_ELSEWHERE, REFUSES_PROPERTIES -> {}
        }
        if (knowsUnit) {
            return error(caller, call, "org.freedesktop.systemd1.UnitExists", "Unit already exists.");
        }
        Files.createDirectories(scope);
        for (String file : List.of("memory.max", "memory.low", "pids.max", "cgroup.procs")) {
            Files.createFile(scope.resolve(file));
        }
        Files.writeString(scope.resolve("cpu.max"), "max 100000\n");
        Path process = root.resolve("proc").resolve(Long.toString(pid()));
        Files.createDirectories(process);
        Files.writeString(
                process.resolve("cgroup"), "0::" + (fault == Fault.PUTS_IT_ELSEWHERE ? "/elsewhere" : where) + "\n");
        // the end of a job may be told before the caller knows of the job
        return ended(caller, "done") && reply(caller, call, new Value.Text('o', JOB));
    }

    private boolean stop(SocketChannel caller, Message call) throws IOException {
        if (!Files.exists(scope)) {
            return error(caller, call, "org.freedesktop.systemd1.NoSuchUnit", "Unit not loaded.");
        }
        try (Stream<Path> tree = Files.walk(scope)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        return reply(caller, call, new Value.Text('o', JOB)) && ended(caller, "done");
    }

    private boolean set(SocketChannel caller, Message call) throws IOException {
        remember((Value.Array) call.body().get(2));
        return fault == Fault.REFUSES_PROPERTIES
                ? error(caller, call, "org.freedesktop.DBus.Error.PropertyReadOnly", "Cannot set property")
                : reply(caller, call);
    }

    private void remember(Value.Array pairs) {
        properties.clear();
        for (Value pair : pairs.values()) {
            List<Value> parts = ((Value.Struct) pair).values();
            properties.add(new Property(((Value.Text) parts.get(0)).value(), ((Value.Variant) parts.get(1)).value()));
        }
    }

    /** The process that it was told of last. */
    long pid() {
        return properties.stream()
                .filter(property -> property.name().equals("PIDs"))
                .map(property ->
                        ((Value.Whole) ((Value.Array) property.value()).values().getFirst()).value())
                .findFirst()
                .orElseThrow();
    }

    private boolean ended(SocketChannel caller, String result) throws IOException {
        // another job's first, which must not be taken for this one
        for (String job : List.of(JOB + "1", JOB)) {
            write(
                    caller,
                    new Message(
                                    Message.Kind.SIGNAL,
                                    ++serial,
                                    0,
                                    PATH,
                                    MANAGER,
                                    "JobRemoved",
                                    null,
                                    null,
                                    List.of(
                                            new Value.Whole('u', 1),
                                            new Value.Text('o', job),
                                            Value.text("a.scope"),
                                            Value.text(job.equals(JOB) ? result : "canceled")))
                            .bytes());
        }
        return true;
    }

    private boolean reply(SocketChannel caller, Message call, Value... body) throws IOException {
        write(
                caller,
                new Message(Message.Kind.RETURN, ++serial, call.serial(), null, null, null, null, null, List.of(body))
                        .bytes());
        return true;
    }

    private boolean error(SocketChannel caller, Message call, String name, String text) throws IOException {
        write(
                caller,
                new Message(
                                Message.Kind.ERROR,
                                ++serial,
                                call.serial(),
                                null,
                                null,
                                null,
                                name,
                                null,
                                List.of(Value.text(text)))
                        .bytes());
        return true;
    }

    private static void write(SocketChannel caller, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            caller.write(left);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
