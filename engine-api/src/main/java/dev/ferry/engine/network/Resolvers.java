package dev.ferry.engine.network;

import dev.ferry.api.model.container.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * /etc/resolv.conf of a container: what the user says, and for the rest what the host has, as docker does it. resolv.conf(5)
 *
 * <p>A nameserver at the host's loopback cannot be reached from a network namespace of one's own and is left out; behind systemd-resolved
 * stands the file that names the real ones. When none is left, none is made up: docker would send every name to a company's servers.
 */
public final class Resolvers {
    private static final Path OF_HOST = Path.of("/etc/resolv.conf");
    private static final Path BEHIND_STUB = Path.of("/run/systemd/resolve/resolv.conf");
    private static final String STUB = "127.0.0.53";

    private Resolvers() {}

    /** The file's text. */
    public static String text(HostConfig host, Names names) throws IOException {
        if (names.ofHost()) {
            return text(host, read(OF_HOST), true);
        }
        if (!names.asks()) {
            return text(host, "", false);
        }
        String ofHost = read(OF_HOST);
        return text(host, nameservers(ofHost).equals(List.of(STUB)) ? read(BEHIND_STUB) : ofHost, false);
    }

    static String text(HostConfig host, String ofHost, boolean loopbackToo) {
        List<String> lines = new ArrayList<>();
        if (host.dns().isEmpty()) {
            nameservers(ofHost).stream()
                    .filter(server -> loopbackToo || !isLoopback(server))
                    .forEach(server -> lines.add("nameserver " + server));
        } else {
            host.dns().forEach(server -> lines.add("nameserver " + server));
        }
        List<String> search = host.dnsSearch().isEmpty() ? words(ofHost, "search") : host.dnsSearch();
        // a single dot means: none at all
        if (!search.isEmpty() && !search.equals(List.of("."))) {
            lines.add("search " + String.join(" ", search));
        }
        List<String> options = host.dnsOptions().isEmpty() ? words(ofHost, "options") : host.dnsOptions();
        if (!options.isEmpty()) {
            lines.add("options " + String.join(" ", options));
        }
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    private static List<String> nameservers(String text) {
        return words(text, "nameserver");
    }

    /** What follows a keyword, on all its lines. */
    private static List<String> words(String text, String keyword) {
        return text.lines()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words[0].equals(keyword))
                .flatMap(words -> Stream.of(words).skip(1))
                .toList();
    }

    private static boolean isLoopback(String server) {
        return server.startsWith("127.") || server.equals("::1");
    }

    private static String read(Path file) throws IOException {
        return Files.isReadable(file) ? Files.readString(file) : "";
    }
}
