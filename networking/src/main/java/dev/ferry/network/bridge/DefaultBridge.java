package dev.ferry.network.bridge;

import dev.ferry.network.AddressesExhausted;
import dev.ferry.network.BridgeTaken;
import dev.ferry.network.NetworkException;
import dev.ferry.network.address.AddressPool;
import dev.ferry.network.address.Ipv4Address;
import dev.ferry.network.address.MacAddress;
import dev.ferry.network.address.PoolChoice;
import dev.ferry.network.address.Subnet;
import dev.ferry.network.netlink.Link;
import dev.ferry.network.netlink.NetlinkException;
import dev.ferry.network.netlink.NetlinkMessage;
import dev.ferry.network.netlink.RouteMessages;
import dev.ferry.network.netlink.RouteSocket;
import dev.ferry.network.nftables.Destination;
import dev.ferry.network.nftables.FerryTable;
import dev.ferry.network.nftables.Forwarding;
import dev.ferry.network.port.PortBook;
import dev.ferry.network.port.PortRequest;
import dev.ferry.network.port.PublishedPort;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.CloneFlags;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The default network: the bridge {@code ferry0}, a lease for each container, and the table that translates.
 *
 * <pre>
 * a container's life here
 *   lease     an address is noted on disk; nothing of the kernel changes
 *   attach    ports reserved, ports noted, pair of interfaces made, address and route set inside, ports published
 *   connect   for a restore, which attaches unconnected: no packet may come before its sockets are back
 *   detach    nothing published, pair deleted, ports free; the lease stays for the next start or restore
 *   release   the lease is forgotten
 * </pre>
 *
 * <p>The bridge itself, the table and the host's settings are made by the first attachment and not before: an engine without containers here
 * changes nothing. They stay when the engine ends, as the containers do.
 *
 * <p>If we die here: an address is on disk before a container can have it; ports are on disk before anything leads to them; the host's end of
 * a pair is named after its container from its first moment. {@link #open} takes over what has its interfaces, {@link #collect} takes
 * away what belongs to no container that runs.
 *
 * <p>Everything is done in the network namespace of the thread that calls; that must always be the same one. Calls for one container are
 * put in order by its lane; calls for several may come at once.
 */
public final class DefaultBridge implements AutoCloseable {
    /** The bridge's name. */
    public static final String NAME = "ferry0";

    /** What the interface is called in a container. */
    public static final String INSIDE = "eth0";

    private static final String LEASES = "leases";
    private static final String ALIAS = "ferry bridge of ";

    private final Path directory;
    private final LeaseFiles files;
    private final PortBook ports;
    private final AddressPool pool;
    private final Map<String, Lease> leases = new ConcurrentHashMap<>();
    private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();
    private final List<String> findings = new ArrayList<>();

    /**
     * Held while bridge, table and host settings are changed, which all of them wait for: the kernel answers such messages before the
     * sending returns. Nothing else is locked under it.
     */
    private final ReentrantLock changing = new ReentrantLock();

    private BridgeNote note;
    private boolean up;

    private DefaultBridge(Path directory, BridgeNote note, LeaseFiles files, PortBook ports) {
        this.directory = directory;
        this.note = note;
        this.files = files;
        this.ports = ports;
        this.pool = new AddressPool(note.address().pool(), note.address().gateway());
    }

    /**
     * Reads what is noted in a directory, which is made if missing, and goes on with the containers that are attached. Without such, the
     * host is only looked at.
     *
     * @param wanted the bridge's address, if the user named one
     */
    public static DefaultBridge open(Path directory, Optional<BridgeAddress> wanted)
            throws NetworkException, IOException {
        Files.createDirectories(directory);
        LeaseFiles files = LeaseFiles.in(directory.resolve(LEASES));
        Optional<BridgeNote> noted = BridgeNote.read(directory);
        BridgeNote note = noted.isPresent()
                ? wanted.map(noted.get()::withAddress).orElse(noted.get())
                : BridgeNote.of(wanted.isPresent() ? wanted.get() : choose());
        if (noted.isEmpty() || !noted.get().equals(note)) {
            note.write(directory);
        }
        PortBook ports = new PortBook(HostSettings.ephemeral());
        boolean done = false;
        try {
            DefaultBridge bridge = new DefaultBridge(directory, note, files, ports);
            bridge.resume();
            done = true;
            return bridge;
        } finally {
            if (!done) {
                ports.close();
            }
        }
    }

    private static BridgeAddress choose() throws NetworkException, IOException {
        List<Subnet> used = new ArrayList<>();
        try (RouteSocket routes = RouteSocket.open()) {
            routes.routes().forEach(route -> used.add(route.destination()));
            routes.addresses().forEach(address -> used.add(new Subnet(address.address(), address.prefix())));
        }
        return PoolChoice.of(used)
                .map(BridgeAddress::firstOf)
                .orElseThrow(
                        () -> new AddressesExhausted(
                                "could not find an available, non-overlapping IPv4 address"
                                        + " pool for the default network: name one with --bip, or start the engine with --bridge none"));
    }

    private void resume() throws IOException {
        LeaseFiles.Found found = files.readAll();
        findings.addAll(found.damaged());
        for (Lease lease : found.leases()) {
            if (pool.take(lease.container(), lease.address())) {
                leases.put(lease.container(), lease);
            } else {
                // another range was asked for since: the container gets a new one when it starts
                files.delete(lease.container());
            }
        }
        try (RouteSocket routes = RouteSocket.open()) {
            Optional<Link> bridge = routes.find(NAME);
            if (bridge.isEmpty() || !isOurs(bridge.get())) {
                return;
            }
            for (Link link : routes.links()) {
                Lease lease = LinkName.isOurs(link) ? leases.get(LinkName.container(link)) : null;
                if (lease != null) {
                    endpoints.put(lease.container(), new Endpoint(lease));
                    for (PublishedPort lost : ports.resume(lease.container(), lease.ports())) {
                        findings.add("port " + lost.host() + ":" + lost.hostPort() + " of container "
                                + lease.container() + " was taken by another program meanwhile; it still leads to"
                                + " the container");
                    }
                }
            }
        }
        if (!endpoints.isEmpty()) {
            changing.lock();
            try {
                replaceTable();
                up = true;
            } finally {
                changing.unlock();
            }
        }
    }

    /** What was found that a log should tell, once. */
    public List<String> findings() {
        return List.copyOf(findings);
    }

    /** The bridge's address and range. */
    public BridgeAddress address() {
        return note.address();
    }

    /**
     * The container's address, noted on disk when it returns.
     *
     * @throws AddressesExhausted when none is left
     */
    public Lease lease(String container) throws NetworkException, IOException {
        Lease known = leases.get(container);
        if (known != null) {
            return known;
        }
        Ipv4Address address = pool.take(container)
                .orElseThrow(() ->
                        new AddressesExhausted("no available IPv4 addresses on this network's address pools: bridge ("
                                + address().pool() + "); remove containers that are no longer needed"));
        Lease lease = Lease.of(container, address);
        boolean done = false;
        try {
            files.write(lease);
            leases.put(container, lease);
            done = true;
            return lease;
        } finally {
            if (!done) {
                pool.giveBack(container, address);
            }
        }
    }

    /** Whether the container has an address here. */
    public boolean isLeased(String container) {
        return leases.containsKey(container);
    }

    /** Whether it runs with its interfaces, and what they are. */
    public Optional<Endpoint> endpoint(String container) {
        return Optional.ofNullable(endpoints.get(container));
    }

    /** Everything that is attached. */
    public Collection<Endpoint> endpoints() {
        return List.copyOf(endpoints.values());
    }

    /**
     * Gives a container its interface, address and ports: all of it or nothing.
     *
     * @param pin of its network namespace
     * @param requests the ports to publish
     * @param connected false for a restore, which connects when its sockets are back
     */
    public Endpoint attach(String container, Path pin, List<PortRequest> requests, boolean connected)
            throws NetworkException, IOException {
        Lease lease = lease(container);
        int bridge = ensureUp();
        List<PublishedPort> published = ports.publish(container, requests, lease.ports());
        Endpoint endpoint = new Endpoint(lease.withPorts(published));
        try {
            if (!published.equals(lease.ports())) {
                files.write(endpoint.lease());
                leases.put(container, endpoint.lease());
            }
            makePair(endpoint.lease(), pin, connected ? bridge : 0);
            publish(endpoint);
            return endpoint;
        } catch (IOException | RuntimeException e) {
            try {
                detach(container);
            } catch (IOException cleanup) {
                e.addSuppressed(cleanup);
            }
            ports.release(container, published);
            throw e;
        }
    }

    /** Lets packets reach a container that was attached without. */
    public void connect(String container) throws IOException {
        try (RouteSocket routes = RouteSocket.open()) {
            int bridge = routes.find(NAME)
                    .map(Link::index)
                    .orElseThrow(() -> new IOException("bridge \"" + NAME + "\" is gone; start the container again"));
            String name = LinkName.of(container);
            routes.say(RouteMessages.connect(name, bridge), RouteMessages.sendBack(name));
        }
    }

    /** Takes interface and ports away; what is not there is no error. The lease stays. */
    public void detach(String container) throws IOException {
        Endpoint endpoint = endpoints.remove(container);
        if (endpoint != null && !endpoint.lease().ports().isEmpty()) {
            changing.lock();
            try {
                FerryTable.remove(endpoint.destinations());
            } catch (NetlinkException e) {
                // somebody has flushed the packet filter: it gets what should be there now
                replaceTable();
            } finally {
                changing.unlock();
            }
        }
        try (RouteSocket routes = RouteSocket.open()) {
            routes.delete(LinkName.of(container));
        } finally {
            if (endpoint != null) {
                ports.release(container, endpoint.lease().ports());
            }
        }
    }

    /** Forgets a container that is no more. */
    public void release(String container) throws IOException {
        Lease lease = leases.remove(container);
        if (lease != null) {
            files.delete(container);
            pool.giveBack(container, lease.address());
        }
    }

    /**
     * Takes away what nobody needs: leases of containers that are no more, interfaces and ports of those that do not run. Connects what an
     * engine left unconnected when it died between a restore and that.
     *
     * @param existing all containers
     * @param running those that run
     * @return the containers that something was left of
     */
    public List<String> collect(Set<String> existing, Set<String> running) throws IOException {
        List<String> collected = new ArrayList<>();
        for (String container : List.copyOf(leases.keySet())) {
            if (!existing.contains(container)) {
                detach(container);
                release(container);
                collected.add(container);
            }
        }
        for (Endpoint endpoint : endpoints()) {
            if (!running.contains(endpoint.lease().container())) {
                detach(endpoint.lease().container());
                collected.add(endpoint.lease().container());
            }
        }
        try (RouteSocket routes = RouteSocket.open()) {
            Optional<Link> bridge = routes.find(NAME).filter(this::isOurs);
            if (bridge.isEmpty()) {
                return collected;
            }
            for (Link link : routes.links()) {
                if (!LinkName.isOurs(link)) {
                    continue;
                }
                if (running.contains(LinkName.container(link))) {
                    if (link.master() != bridge.get().index() || !link.up()) {
                        routes.say(
                                RouteMessages.connect(link.name(), bridge.get().index()));
                    }
                } else if (link.master() == bridge.get().index() && routes.delete(link.name())) {
                    collected.add(LinkName.container(link));
                }
            }
        }
        return collected;
    }

    private void makePair(Lease lease, Path pin, int bridge) throws IOException {
        String name = LinkName.of(lease.container());
        try (Fd network = OpenFiles.open(pin, OpenFlags.O_RDONLY);
                RouteSocket here = RouteSocket.open()) {
            List<NetlinkMessage> making = new ArrayList<>();
            making.add(
                    RouteMessages.newPair(new RouteMessages.Pair(name, INSIDE, lease.mac(), network.number()), bridge));
            making.add(RouteMessages.setAlias(name, LinkName.alias(lease.container())));
            if (bridge != 0) {
                making.add(RouteMessages.sendBack(name));
            }
            try {
                here.say(making);
            } catch (NetlinkException e) {
                // of a start that came to nothing: its namespace may not be gone yet
                if (!e.is(Errno.EEXIST) || !here.delete(name)) {
                    throw e;
                }
                here.say(making);
            }
            NamespaceThread.inside(network, CloneFlags.CLONE_NEWNET, () -> {
                try (RouteSocket there = RouteSocket.open()) {
                    int inside = there.find(INSIDE)
                            .map(Link::index)
                            .orElseThrow(() -> new IOException("interface \"" + INSIDE + "\" went away"));
                    there.say(
                            RouteMessages.switchOn(inside),
                            RouteMessages.addAddress(
                                    inside, lease.address(), address().pool()),
                            RouteMessages.addDefaultRoute(inside, address().gateway()));
                    return inside;
                }
            });
        }
    }

    private void publish(Endpoint endpoint) throws IOException {
        changing.lock();
        try {
            endpoints.put(endpoint.lease().container(), endpoint);
            try {
                FerryTable.add(endpoint.destinations());
            } catch (NetlinkException e) {
                // somebody has flushed the packet filter: it gets what should be there now
                replaceTable();
            }
        } finally {
            changing.unlock();
        }
    }

    /** The bridge's number. It is looked for each time: an administrator may have deleted it. */
    private int ensureUp() throws NetworkException, IOException {
        changing.lock();
        try (RouteSocket routes = RouteSocket.open()) {
            Optional<Link> bridge = routes.find(NAME);
            if (bridge.isPresent() && !isOurs(bridge.get())) {
                throw new BridgeTaken(NAME, owner(bridge.get()));
            }
            if (up && bridge.isPresent()) {
                return bridge.get().index();
            }
            int index = setUp(routes, bridge);
            up = true;
            return index;
        } finally {
            changing.unlock();
        }
    }

    /** The filter comes first: it guards what the settings open. */
    private int setUp(RouteSocket routes, Optional<Link> bridge) throws IOException {
        if (!HostSettings.forwards()) {
            note = note.withForwardingSwitchedOn(HostSettings.boot());
            note.write(directory);
        }
        replaceTable();
        if (bridge.isEmpty()) {
            routes.say(
                    RouteMessages.newBridge(NAME, MacAddress.of(address().gateway())),
                    RouteMessages.setAlias(NAME, ALIAS + directory));
        }
        int index = routes.find(NAME)
                .map(Link::index)
                .orElseThrow(() -> new IOException("bridge \"" + NAME + "\" went away"));
        setAddress(routes, index);
        routes.say(RouteMessages.switchOn(index));
        HostSettings.routeLoopback(NAME);
        HostSettings.forward(true);
        return index;
    }

    private void setAddress(RouteSocket routes, int index) throws IOException {
        boolean there = false;
        for (RouteMessages.InterfaceAddress found : routes.addresses()) {
            if (found.index() != index) {
                continue;
            }
            if (found.address().equals(address().gateway())
                    && found.prefix() == address().pool().prefix()) {
                there = true;
            } else {
                routes.say(RouteMessages.removeAddress(
                        index, found.address(), new Subnet(found.address(), found.prefix())));
            }
        }
        if (!there) {
            routes.say(RouteMessages.addAddress(
                    index, address().gateway(), address().pool()));
        }
    }

    private void replaceTable() throws IOException {
        Forwarding forwarding = note.forwardingSwitchedOn().equals(HostSettings.boot())
                ? Forwarding.CONTAINERS_ONLY
                : Forwarding.AS_BEFORE;
        List<Destination> destinations = endpoints.values().stream()
                .flatMap(endpoint -> endpoint.destinations().stream())
                .toList();
        FerryTable.replace(NAME, address().pool(), forwarding, destinations);
    }

    private boolean isOurs(Link link) {
        return link.kind().equals("bridge") && link.alias().equals(ALIAS + directory);
    }

    private static String owner(Link link) {
        return link.alias().startsWith(ALIAS)
                ? "the engine on \"" + link.alias().substring(ALIAS.length()) + "\""
                : "somebody else";
    }

    /**
     * Takes bridge and table away and sets forwarding to what it was before; for an engine that is no longer to have a default network.
     * Does nothing when they are not this directory's, or a container still uses them.
     */
    public static void dismantle(Path directory) throws IOException {
        Optional<BridgeNote> note = BridgeNote.read(directory);
        if (note.isEmpty()) {
            return;
        }
        try (RouteSocket routes = RouteSocket.open()) {
            Optional<Link> bridge = routes.find(NAME);
            if (bridge.isEmpty() || !bridge.get().alias().equals(ALIAS + directory)) {
                return;
            }
            int index = bridge.get().index();
            if (routes.links().stream().anyMatch(link -> link.master() == index)) {
                return;
            }
            if (note.get().forwardingSwitchedOn().equals(HostSettings.boot())) {
                HostSettings.forward(false);
            }
            routes.delete(NAME);
            FerryTable.delete();
        }
    }

    /** Lets go of the ports' sockets. What is attached stays. */
    @Override
    public void close() {
        ports.close();
    }
}
