package dev.ferry.engine.app;

import dev.ferry.engine.ledger.JournalKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * How an engine is set up.
 *
 * @param root what must survive a reboot: images, containers, checkpoints; one engine at a time owns it
 * @param run what need not: sockets, pinned network namespaces
 * @param hosts where to listen, {@code unix:///path} or {@code tcp://127.0.0.1:port}; never empty
 * @param cgroupParent below which cgroup, in every hierarchy, containers get theirs
 * @param tools where a private CRIU is looked for
 * @param plainTcpAllowed whether TCP without TLS was asked for a second time
 * @param journal how migrations are written down
 * @param peers how other engines know this one
 * @param runtimes what containers may be run with
 * @param network what containers get that name no network
 */
public record EngineOptions(
        Path root,
        Path run,
        List<String> hosts,
        String cgroupParent,
        Path tools,
        boolean plainTcpAllowed,
        JournalKind journal,
        PeerOptions peers,
        RuntimeOptions runtimes,
        NetworkOptions network) {

    private static final JournalKind JOURNAL = JournalKind.CHRONICLE;

    /** The options as {@link EngineMain} takes them, for its help text. */
    static final String USAGE = """
            usage: engine [options]
              --root DIR            images, containers and checkpoints   (default /var/lib/ferry)
              --run DIR             sockets and pinned namespaces        (default /run/ferry)
              --host ADDRESS        unix:///path or tcp://127.0.0.1:PORT, may be repeated (default unix://RUN/ferry.sock)
              --cgroup-parent PATH  cgroup above the containers'         (default /ferry)
              --tools DIR           where a private CRIU lies            (default $FERRY_TOOLS, else /var/lib/ferry/tools)
              --allow-plain-tcp     yes, TCP without TLS is meant
              --add-runtime NAME=PATH another OCI runtime for docker run --runtime NAME, may be repeated
              --default-runtime NAME  for containers that name none    (default ferry, the built-in one)
              --bridge none         no default network: containers have loopback only
              --bip ADDRESS/LENGTH  the bridge's address and range       (default: the first that is free, from 172.17.0.1/16)
              --journal KIND        how migrations are written down: chronicle or plain (default chronicle)
              --peer-listen ADDRESS where other engines reach this one, HOST:PORT (default: nowhere)
              --peer-name NAME      what it calls itself to them         (default: the host's name)
              --peer-address ADDR   where they find it, if not there     (default: where it listens)
              --peer-timeout SECS   how long another engine may be silent (default 10)
              --help                this text
            """;

    /** Copies the list and checks the cgroup path. */
    public EngineOptions {
        root = root.toAbsolutePath().normalize();
        run = run.toAbsolutePath().normalize();
        tools = tools.toAbsolutePath().normalize();
        hosts = hosts.isEmpty() ? List.of("unix://" + run.resolve("ferry.sock")) : List.copyOf(hosts);
        if (!cgroupParent.startsWith("/")
                || Path.of(cgroupParent).normalize().getNameCount() == 0
                || cgroupParent.contains("..")) {
            throw new IllegalArgumentException(
                    "cgroup parent \"" + cgroupParent + "\" must be an absolute path below the root, such as /ferry");
        }
    }

    /** Defaults below two directories of one's own, without a bridge; for tests, and for a second engine on one machine. */
    public static EngineOptions in(Path root, Path run, String cgroupParent) {
        return new EngineOptions(
                root,
                run,
                List.of(),
                cgroupParent,
                toolsDirectory(System.getenv()),
                false,
                JOURNAL,
                PeerOptions.none(),
                RuntimeOptions.none(),
                NetworkOptions.NONE);
    }

    /** The same engine with another directory of tools. */
    public EngineOptions withTools(Path directory) {
        return new EngineOptions(
                root, run, hosts, cgroupParent, directory, plainTcpAllowed, journal, peers, runtimes, network);
    }

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    static EngineOptions parse(List<String> arguments, Map<String, String> environment) {
        Path root = Path.of("/var/lib/ferry");
        Path run = Path.of("/run/ferry");
        String cgroupParent = "/ferry";
        Path tools = toolsDirectory(environment);
        List<String> hosts = new ArrayList<>();
        boolean plainTcp = false;
        JournalKind journal = JOURNAL;
        PeerOptions peers = PeerOptions.none();
        RuntimeOptions runtimes = RuntimeOptions.none();
        NetworkOptions network = NetworkOptions.BRIDGE;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            int equals = argument.indexOf('=');
            String name = argument.startsWith("--") && equals > 0 ? argument.substring(0, equals) : argument;
            switch (name) {
                case "--root" -> root = Path.of(value(argument, equals, rest));
                case "--run" -> run = Path.of(value(argument, equals, rest));
                case "--host" -> hosts.add(value(argument, equals, rest));
                case "--cgroup-parent" -> cgroupParent = value(argument, equals, rest);
                case "--tools" -> tools = Path.of(value(argument, equals, rest));
                case "--allow-plain-tcp" -> plainTcp = true;
                case "--add-runtime" -> runtimes = runtimes.with(value(argument, equals, rest));
                case "--default-runtime" -> runtimes = runtimes.withDefault(value(argument, equals, rest));
                case "--bridge" -> network = network.withBridge(value(argument, equals, rest));
                case "--bip" -> network = network.withAddress(value(argument, equals, rest));
                case "--journal" -> journal = JournalKind.of(value(argument, equals, rest));
                case "--peer-listen" -> peers = peers.withListen(value(argument, equals, rest));
                case "--peer-name" -> peers = peers.withName(value(argument, equals, rest));
                case "--peer-address" -> peers = peers.withAddress(value(argument, equals, rest));
                case "--peer-timeout" -> peers = peers.withTimeout(value(argument, equals, rest));
                default -> throw new IllegalArgumentException("unknown option \"" + argument + "\"");
            }
        }
        return new EngineOptions(
                root, run, hosts, cgroupParent, tools, plainTcp, journal, peers, runtimes.checked(), network);
    }

    private static String value(String argument, int equals, Iterator<String> rest) {
        if (equals > 0) {
            return argument.substring(equals + 1);
        }
        if (!rest.hasNext()) {
            throw new IllegalArgumentException("option \"" + argument + "\" needs a value");
        }
        return rest.next();
    }

    private static Path toolsDirectory(Map<String, String> environment) {
        String named = environment.get("FERRY_TOOLS");
        return Path.of(named == null || named.isEmpty() ? "/var/lib/ferry/tools" : named);
    }
}
