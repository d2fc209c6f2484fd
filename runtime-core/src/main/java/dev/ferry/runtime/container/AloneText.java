package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.abi.IoctlRequests;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.SocketConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxNamespace;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes how a process comes to be that has no monitor: a first process joins what is to be joined, makes the other as a sibling of itself
 * (CLONE_PARENT), so that it is the runtime's child and with the runtime's end that of the next subreaper, names it, and ends.
 */
final class AloneText {
    private static final long CLONE_PARENT = 0x8000;
    private static final long CLONE_INTO_CGROUP = 0x2_0000_0000L;
    private static final int CLONE_ARGS = 88;

    private static final int IFREQ = 40;
    private static final int IFNAMSIZ = 16;
    private static final int IFF_LOOPBACK = 8;

    /** sockaddr_un(7): the family, then at most so many bytes. */
    private static final int MAX_SOCKET_PATH = 107;

    private final Calls calls;
    private final ProgramBuilder p;
    private final Alone alone;
    private final Set<Integer> given;

    private AloneText(String name, Alone alone, Set<Integer> given) {
        this.p = new ProgramBuilder(name, alone.status());
        this.calls = new Calls(p);
        this.alone = alone;
        this.given = given;
    }

    /**
     * The whole program of a container.
     *
     * @param console where the terminal's master is sent; empty without a terminal
     * @param files where the container waits to be started
     * @param given the descriptors that are placed, among those of {@code alone}
     * @param init what init does
     */
    static Program container(
            Spec spec,
            Alone alone,
            Optional<Path> console,
            Fifos files,
            Set<Integer> given,
            Function<Calls, Init> init) {
        AloneText text = new AloneText("container", alone, given);
        text.begin(console);
        // until its program is executed nobody who shares a namespace may trace it or look at what it has open
        text.calls.prctl("keep others out", ProcessConstants.PR_SET_DUMPABLE, 0);
        text.open(files.gate(), alone.gate());
        text.open(files.report(), alone.report());
        Init steps = init.apply(text.calls);
        steps.outside().run();
        text.join(spec);
        text.clocks(spec);
        text.sibling(cloneFlags(spec));
        text.loopback(spec);
        steps.inside().run();
        return text.p.build();
    }

    /**
     * What is appended for init.
     *
     * @param outside while everything is the host's
     * @param inside in its namespaces, up to its program
     */
    record Init(Runnable outside, Runnable inside) {}

    /** The whole program of a further process; {@code joining} appends steps that make it from one that has joined. */
    static Program further(Alone alone, Optional<Path> console, Set<Integer> given, Consumer<Calls> joining) {
        AloneText text = new AloneText("exec", alone, given);
        text.begin(console);
        joining.accept(text.calls);
        return text.p.build();
    }

    /** Where a created container waits, and where it says what became of its start. */
    record Fifos(Path gate, Path report) {}

    private void begin(Optional<Path> console) {
        p.stage("first process");
        // so that the kernel chooses only numbers that have no meaning
        for (int fd = alone.goAhead(); fd < alone.free(); fd++) {
            if (!given.contains(fd)) {
                p.call("occupy " + fd, Syscall.DUP3, 0, fd, Calls.O_CLOEXEC);
            }
        }
        calls.closeFrom(alone.free(), 0xffff_ffffL);
        console.ifPresent(socket -> connect("console", socket, alone.terminalSocket()));
        alone.listener().ifPresent(socket -> connect("listener", socket, alone.listenerSocket()));
    }

    private void connect(String what, Path socket, int at) {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length > MAX_SOCKET_PATH) {
            throw new IllegalArgumentException(
                    "%s socket \"%s\" has %d bytes in its path, and unix sockets take %d; use a shorter one"
                            .formatted(what, socket, path.length, MAX_SOCKET_PATH));
        }
        Block address = p.block(what + " address", 2 + MAX_SOCKET_PATH + 1);
        address.putShort(0, SocketConstants.AF_UNIX).putBytes(2, path);
        Cell made = p.cell(what + " socket");
        p.call(
                        "make the %s's socket".formatted(what),
                        Syscall.SOCKET,
                        SocketConstants.AF_UNIX,
                        SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC,
                        0)
                .to(made);
        park(made, at);
        p.call(
                "connect to the %s socket \"%s\"".formatted(what, socket),
                Syscall.CONNECT,
                at,
                address,
                2 + path.length + 1);
    }

    private void park(Cell from, int at) {
        p.call("park at " + at, Syscall.DUP3, from, at, Calls.O_CLOEXEC);
        calls.close(from);
    }

    private void open(Path fifo, int at) {
        Cell opened = p.cell("fifo");
        calls.open(fifo.toString(), Calls.O_RDWR, opened);
        park(opened, at);
    }

    /** All are opened first, then a user namespace is joined before the others: rights over those may come with it. setns(2) */
    private void join(Spec spec) {
        p.stage("join");
        var files = new LinkedHashMap<LinuxNamespace, Cell>();
        for (LinuxNamespace namespace : namespaces(spec)) {
            if (namespace.path() != null) {
                Cell file = p.cell("namespace");
                calls.open(namespace.path(), Calls.O_RDONLY, file);
                files.put(namespace, file);
            }
        }
        files.forEach((namespace, file) -> {
            if (namespace.type() == NamespaceKind.USER) {
                join(namespace, file);
            }
        });
        files.forEach((namespace, file) -> {
            if (namespace.type() != NamespaceKind.USER) {
                join(namespace, file);
            }
        });
    }

    private void join(LinuxNamespace namespace, Cell file) {
        p.call(
                "join the namespace \"" + namespace.path() + "\"",
                Syscall.SETNS,
                file,
                namespace.type().cloneFlag());
        calls.close(file);
    }

    private static List<LinuxNamespace> namespaces(Spec spec) {
        return spec.linux() == null ? List.of() : spec.linux().namespaces();
    }

    /** A time namespace is made for children to come, and its clocks can be set until the first is in it. time_namespaces(7) */
    private void clocks(Spec spec) {
        Linux linux = spec.linux();
        if (linux == null || !makes(linux, NamespaceKind.TIME)) {
            return;
        }
        p.stage("clocks");
        p.call("make a time namespace", Syscall.UNSHARE, NamespaceKind.TIME.cloneFlag());
        Linux.TimeOffsets offsets = linux.timeOffsets();
        if (offsets != null) {
            set("monotonic", offsets.monotonic());
            set("boottime", offsets.boottime());
        }
    }

    private void set(String clock, Linux.TimeOffsets.@Nullable Offset ahead) {
        if (ahead == null) {
            return;
        }
        String line = "%s %d %d%n".formatted(clock, ahead.secs(), ahead.nanosecs());
        Cell file = p.cell("clocks");
        calls.open("/proc/self/timens_offsets", Calls.O_WRONLY, file);
        p.call(
                "set the %s clock %d s ahead".formatted(clock, ahead.secs()),
                Syscall.WRITE,
                file,
                line,
                Calls.bytes(line));
        calls.close(file);
    }

    private static boolean makes(Linux linux, NamespaceKind kind) {
        return linux.namespace(kind)
                .filter(namespace -> namespace.path() == null)
                .isPresent();
    }

    /**
     * The namespaces that the container is cloned into; one for cgroups is made when its cgroups are joined, one for clocks before they are
     * set.
     */
    static long cloneFlags(Spec spec) {
        long flags = 0;
        if (spec.linux() != null) {
            for (LinuxNamespace namespace : spec.linux().namespaces()) {
                boolean cloned = namespace.type() != NamespaceKind.CGROUP && namespace.type() != NamespaceKind.TIME;
                if (cloned && namespace.path() == null) {
                    flags |= namespace.type().cloneFlag();
                }
            }
        }
        if (namespaces(spec).stream().noneMatch(namespace -> namespace.type() == NamespaceKind.MOUNT)) {
            throw new IllegalArgumentException(
                    "linux.namespaces has no \"mount\", so the container's root would be the host's; add one");
        }
        return flags;
    }

    /** One's own network begins with its loopback interface switched off. The runtime specification is silent; runc and crun switch it on, too. */
    private void loopback(Spec spec) {
        if (spec.linux() == null || !makes(spec.linux(), NamespaceKind.NETWORK)) {
            return;
        }
        p.stage("loopback");
        Cell socket = p.cell("socket");
        p.call(
                        "make a socket to speak of interfaces",
                        Syscall.SOCKET,
                        SocketConstants.AF_UNIX,
                        SocketConstants.SOCK_DGRAM | SocketConstants.SOCK_CLOEXEC,
                        0)
                .to(socket);
        // struct ifreq: the name in 16 bytes, then the flags; netdevice(7)
        Block request = p.block("interface", IFREQ)
                .putBytes(0, "lo".getBytes(StandardCharsets.US_ASCII))
                .putShort(IFNAMSIZ, (short) (IoctlRequests.IFF_UP | IFF_LOOPBACK));
        p.call("switch lo on", Syscall.IOCTL, socket, IoctlRequests.SIOCSIFFLAGS, request);
        calls.close(socket);
    }

    private void sibling(long flags) {
        boolean intoCgroup = given.contains(alone.cgroup());
        p.stage("clone");
        Block arguments = p.block("clone arguments", CLONE_ARGS)
                .putLong(0, flags | CLONE_PARENT | (intoCgroup ? CLONE_INTO_CGROUP : 0));
        if (intoCgroup) {
            arguments.putLong(80, alone.cgroup());
        }
        Cell child = p.cell("container");
        Label inside = p.label("container");
        p.call("clone the container", Syscall.CLONE3, arguments, CLONE_ARGS)
                .to(child)
                .ifZero(inside);
        p.message("report the container", alone.status(), MonitorProtocol.CHILD, child);
        p.exit(0);
        p.at(inside);
        if (intoCgroup) {
            // a directory of the host, and a way out of the root for a working directory below /proc/self/fd
            // (CVE-2024-21626)
            p.call("close the cgroup's directory", Syscall.CLOSE, alone.cgroup());
        }
    }
}
