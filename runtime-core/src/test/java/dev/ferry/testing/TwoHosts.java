package dev.ferry.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two hosts joined by one link, in networks of their own: nothing of it can be seen or reached from this host. The link has a rate; for delays,
 * losses and cuts a {@link LinkProxy} stands at its end, made by {@link NamespaceHost#inNetwork}.
 */
public final class TwoHosts implements AutoCloseable {
    /** Where the first one is. Addresses for documentation, RFC 5737. */
    public static final String ADDRESS_A = "192.0.2.1";
    /** Where the second one is. */
    public static final String ADDRESS_B = "192.0.2.2";

    private static final String INTERFACE = "eth0";

    private final NamespaceHost a;
    private final NamespaceHost b;

    private TwoHosts(NamespaceHost a, NamespaceHost b) {
        this.a = a;
        this.b = b;
    }

    /** Makes them; root only. */
    public static TwoHosts start() throws IOException, InterruptedException {
        NamespaceHost a = NamespaceHost.start();
        boolean done = false;
        try {
            TwoHosts hosts = new TwoHosts(a, NamespaceHost.start());
            try {
                hosts.join();
                done = true;
                return hosts;
            } finally {
                if (!done) {
                    hosts.b.close();
                }
            }
        } finally {
            if (!done) {
                a.close();
            }
        }
    }

    /** Both ends are born where they stay: no interface of theirs is ever this host's. ip-link(8) */
    private void join() throws IOException, InterruptedException {
        NamespaceHost.runHere(List.of(
                "nsenter",
                "--net=/proc/" + a.init() + "/ns/net",
                "ip",
                "link",
                "add",
                INTERFACE,
                "type",
                "veth",
                "peer",
                "name",
                INTERFACE,
                "netns",
                Long.toString(b.init())));
        end(a, ADDRESS_A);
        end(b, ADDRESS_B);
    }

    private static void end(NamespaceHost host, String address) throws IOException, InterruptedException {
        host.run("ip", "addr", "add", address + "/24", "dev", INTERFACE);
        host.run("ip", "link", "set", INTERFACE, "up");
    }

    public NamespaceHost a() {
        return a;
    }

    public NamespaceHost b() {
        return b;
    }

    /** So many megabits a second at most, in each direction, headers included. tc-tbf(8) */
    public void limit(int megabits) throws IOException, InterruptedException {
        for (NamespaceHost host : List.of(a, b)) {
            host.run(
                    "tc",
                    "qdisc",
                    "replace",
                    "dev",
                    INTERFACE,
                    "root",
                    "handle",
                    "1:",
                    "tbf",
                    "rate",
                    megabits + "mbit",
                    "burst",
                    "512kb",
                    "latency",
                    "20ms");
        }
    }

    /**
     * Makes the link long and lossy in each direction, behind its {@link #limit}. tc-netem(8)
     *
     * @param percent of the packets that are lost
     * @return false when this kernel has no netem: nothing has changed then
     */
    public boolean impair(Duration delay, int percent) throws IOException, InterruptedException {
        for (NamespaceHost host : List.of(a, b)) {
            List<String> words = new ArrayList<>(List.of("tc", "qdisc", "replace", "dev", INTERFACE));
            words.addAll(List.of("parent", "1:1", "handle", "10:", "netem"));
            words.addAll(List.of("delay", delay.toMillis() + "ms", "loss", percent + "%"));
            try {
                host.run(words.toArray(String[]::new));
            } catch (IOException e) {
                if (String.valueOf(e.getMessage()).contains("qdisc kind is unknown")) {
                    return false;
                }
                throw e;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        try {
            a.close();
        } finally {
            b.close();
        }
    }
}
